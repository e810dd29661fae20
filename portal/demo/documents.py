"""The documents of the demo: each says that it is a sample, and together they are in every state."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class SampleDocument:
    """`replaces` and `amends` are numbers of samples above. Without a date it is issued on the day of loading, and
    takes effect so many days later."""

    number: str
    kind: str
    issuer: str
    abstract: str
    issued_on: dt.date | None = None
    effective_on: dt.date | None = None
    effective_in_days: int = 0
    expires_on: dt.date | None = None
    signer: str = "Chủ tịch (tên mẫu)"
    files: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    amends: tuple[str, ...] = ()


OFFICE, COUNCIL = "Ủy ban nhân dân", "Hội đồng nhân dân"

DOCUMENTS = (
    SampleDocument(
        "01/2016/QĐ-UBND",
        "Quyết định",
        OFFICE,
        "Ban hành Quy chế tiếp công dân (văn bản mẫu)",
        issued_on=dt.date(2016, 3, 10),
        effective_on=dt.date(2016, 3, 20),
    ),
    SampleDocument(
        "03/2019/QĐ-UBND",
        "Quyết định",
        OFFICE,
        "Ban hành Quy chế tiếp công dân, thay Quy chế năm 2016 (văn bản mẫu)",
        issued_on=dt.date(2019, 4, 15),
        effective_on=dt.date(2019, 5, 1),
        files=("quy-che-tiep-cong-dan",),
        replaces=("01/2016/QĐ-UBND",),
    ),
    SampleDocument(
        "02/2019/NQ-HĐND",
        "Nghị quyết",
        COUNCIL,
        "Về nhiệm vụ phát triển kinh tế, xã hội sáu tháng cuối năm (văn bản mẫu)",
        issued_on=dt.date(2019, 7, 12),
        expires_on=dt.date(2020, 1, 1),
    ),
    SampleDocument(
        "45/KH-UBND",
        "Kế hoạch",
        OFFICE,
        "Vận động người dân giữ vệ sinh môi trường trên địa bàn (văn bản mẫu)",
        issued_on=dt.date(2019, 2, 18),
        files=("ke-hoach-ve-sinh-moi-truong",),
    ),
    SampleDocument(
        "120/TB-UBND",
        "Thông báo",
        OFFICE,
        "Về lịch tiếp công dân trong tháng (văn bản mẫu)",
        issued_on=dt.date(2019, 5, 28),
        files=("lich-tiep-cong-dan",),
    ),
    SampleDocument(
        "09/QĐ-UBND",
        "Quyết định",
        OFFICE,
        "Sửa đổi, bổ sung một số điều của Quy chế tiếp công dân (văn bản mẫu)",
        effective_in_days=30,
        amends=("03/2019/QĐ-UBND",),
    ),
)
