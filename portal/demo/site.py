"""The site of the demo: who publishes it, its sections, pages, links, pictures and accounts."""

from dataclasses import dataclass

from news.models import Section
from portal.roles import ADMINISTRATOR as ADMINISTRATOR_ROLE
from portal.roles import AUTHOR, EDITOR, MODERATOR

IDENTITY = {
    "level": "Quận",
    "name": "Gò Vấp",
    "unit": "Ủy ban nhân dân",
    "parent": "Thành phố Hồ Chí Minh",
    "source_mark": "WEBGOVAP",
    "responsible_person": "Chưa ghi (bản dùng thử)",
    "address": "Số 1, đường Ví Dụ (địa chỉ mẫu)",
    "phone": "(028) 0000 0000 (số mẫu)",
    "email": "lien-he@example.com",
}


@dataclass(frozen=True)
class SampleSection:
    name: str
    children: tuple[str, ...] = ()
    role: str = Section.Role.NEWS


OFFICE = "Hoạt động Ủy ban nhân dân"
PARTY = "Hoạt động Đảng - Đoàn thể"
ECONOMY = "Kinh tế - Xã hội"
CULTURE = "Văn hóa - Giáo dục"
SCHOOLS = "Giáo dục"
SPORTS = "Văn hóa - Thể thao"
REFORM = "Cải cách hành chính"
NOTICES = "Thông báo"

SECTIONS = (
    SampleSection(OFFICE),
    SampleSection(PARTY),
    SampleSection(ECONOMY),
    SampleSection(CULTURE, children=(SCHOOLS, SPORTS)),
    SampleSection(REFORM),
    SampleSection(NOTICES, role=Section.Role.ANNOUNCEMENTS),
)

LINKS = (
    ("Cổng Thông tin điện tử Chính phủ", "https://chinhphu.vn/"),
    ("Cổng Dịch vụ công quốc gia", "https://dichvucong.gov.vn/"),
    ("Thành phố Hồ Chí Minh", "https://hochiminhcity.gov.vn/"),
    ("Cơ sở dữ liệu quốc gia về văn bản pháp luật", "https://vbpl.vn/"),
)

CREDIT = "Hình minh hoạ"
# File in pictures/ -> what it shows, for those who do not see it.
PICTURES = {
    "hoi-nghi-phat-bieu-1": "Tranh vẽ: một người đứng ở bục phát biểu trên sân khấu, ba người ngồi bàn chủ tọa",
    "hoi-nghi-phat-bieu-2": "Tranh vẽ: một người tóc bạc phát biểu trước các hàng ghế trong phòng họp",
    "hoi-nghi-phat-bieu-3": "Tranh vẽ: năm người ở bàn chủ tọa, người ngồi giữa đứng lên phát biểu",
    "hoi-nghi-tham-luan": "Tranh vẽ: một người trình bày tham luận bên màn hình có biểu đồ",
    "ve-sinh-moi-truong": "Tranh vẽ: mọi người quét vỉa hè và vớt rác dọc bờ kênh",
    "mot-cua": "Tranh vẽ: người dân nộp hồ sơ tại quầy của bộ phận một cửa",
    "truong-hoc": "Tranh vẽ: học sinh chơi trong sân trường, bên cây phượng đang nở hoa",
    "tram-y-te": "Tranh vẽ: nhân viên y tế tiêm cho một em nhỏ ở trạm y tế",
    "giao-thong": "Tranh vẽ: xe dừng trước đèn đỏ để người lớn và học sinh qua đường",
    "cong-vien": "Tranh vẽ: người dân tập thể dục trong công viên lúc mặt trời chưa lên cao",
    "thu-vien": "Tranh vẽ: người đọc sách quanh bàn giữa các kệ sách thư viện",
    "cho": "Tranh vẽ: người mua hàng giữa các sạp rau quả trong chợ",
}
# Above the four captions of the real story, in their order.
STORY_PICTURES = (
    "hoi-nghi-phat-bieu-1",
    "hoi-nghi-phat-bieu-2",
    "hoi-nghi-phat-bieu-3",
    "hoi-nghi-tham-luan",
)

# File in files/ -> its title below the story or the document.
FILES = {
    "lich-tiep-cong-dan": "Lịch tiếp công dân trong tháng (tệp mẫu)",
    "quy-che-tiep-cong-dan": "Quy chế tiếp công dân (tệp mẫu)",
    "ke-hoach-ve-sinh-moi-truong": "Kế hoạch vệ sinh môi trường (tệp mẫu)",
}


@dataclass(frozen=True)
class Account:
    """One account for each role. The passwords stand here for all to see: the demo refuses production."""

    username: str
    role: str
    password: str
    group: str = ""

    @property
    def is_superuser(self) -> bool:
        return not self.group


ADMINISTRATOR = Account("quantri", "Quản trị", "dung-thu-cong-2019")
ACCOUNTS = (
    ADMINISTRATOR,
    Account("quantrivien", "Quản trị viên", "dung-thu-tai-khoan-2019", ADMINISTRATOR_ROLE),
    Account("tacgia", "Tác giả", "dung-thu-viet-bai-2019", AUTHOR),
    Account("bientap", "Biên tập", "dung-thu-tin-bai-2019", EDITOR),
    Account("kiemduyet", "Kiểm duyệt", "dung-thu-y-kien-2019", MODERATOR),
)

SAMPLE_NOTE = "<p><em>Đây là bản mẫu của phần mềm. Hãy sửa lại trước khi dùng chính thức.</em></p>"

PAGES = (
    (
        "Giới thiệu",
        """
<p>Cổng thông tin điện tử đăng tin về hoạt động của chính quyền địa phương, các thông báo và hướng dẫn mà người
dân và doanh nghiệp cần. Mọi tin đều có thể đọc, in và tìm kiếm; bạn đọc có thể gửi ý kiến dưới mỗi tin.</p>
<h2>Bạn tìm thấy gì ở đây</h2>
<ul>
<li>Tin về hoạt động của cơ quan, kinh tế, xã hội, văn hóa và giáo dục.</li>
<li>Thông báo: lịch tiếp công dân, thời gian làm việc, việc cần biết trong khu phố.</li>
<li>Hướng dẫn thủ tục và tiến độ cải cách hành chính.</li>
</ul>
<h2>Ý kiến bạn đọc</h2>
<p>Ý kiến được xem trước khi đăng và được đăng nguyên văn. Ý kiến không được đăng khi xúc phạm người khác, tiết lộ
thông tin riêng tư hoặc không liên quan đến nội dung của tin.</p>
"""
        + SAMPLE_NOTE,
    ),
    (
        "Liên hệ",
        """
<p>Bạn có thể đến trực tiếp, gọi điện hoặc gửi thư điện tử. Địa chỉ và số điện thoại của cơ quan có ở cuối mỗi trang.</p>
<table>
<thead><tr><th scope="col">Việc cần liên hệ</th><th scope="col">Thời gian</th></tr></thead>
<tbody>
<tr><td>Nộp hồ sơ, hỏi về thủ tục</td><td>Thứ hai đến thứ sáu, 7 giờ 30 đến 11 giờ 30 và 13 giờ đến 17 giờ</td></tr>
<tr><td>Góp ý về nội dung của cổng</td><td>Gửi thư điện tử bất cứ lúc nào</td></tr>
</tbody>
</table>
<p>Nếu bạn thấy một tin có chỗ sai, hãy gửi địa chỉ của tin và chỗ cần sửa.</p>
"""
        + SAMPLE_NOTE,
    ),
)
