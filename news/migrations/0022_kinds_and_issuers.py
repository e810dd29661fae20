"""The kinds of documents that offices issue, abbreviated as in Nghị định 30/2020/NĐ-CP (Phụ lục III), and who issues them."""

from typing import Any

from django.db import migrations

# Name, address, abbreviation.
KINDS = [
    ("Luật", "luat", ""),
    ("Nghị quyết", "nghi-quyet", "NQ"),
    ("Nghị định", "nghi-dinh", "NĐ"),
    ("Quyết định", "quyet-dinh", "QĐ"),
    ("Chỉ thị", "chi-thi", "CT"),
    ("Thông tư", "thong-tu", "TT"),
    ("Quy chế", "quy-che", "QC"),
    ("Quy định", "quy-dinh", "QyĐ"),
    ("Kế hoạch", "ke-hoach", "KH"),
    ("Chương trình", "chuong-trinh", "CTr"),
    ("Hướng dẫn", "huong-dan", "HD"),
    ("Thông báo", "thong-bao", "TB"),
    ("Báo cáo", "bao-cao", "BC"),
    ("Tờ trình", "to-trinh", "TTr"),
    ("Công văn", "cong-van", "CV"),
    ("Công điện", "cong-dien", "CĐ"),
]
ISSUERS = [
    ("Hội đồng nhân dân", "hoi-dong-nhan-dan"),
    ("Ủy ban nhân dân", "uy-ban-nhan-dan"),
    ("Chủ tịch Ủy ban nhân dân", "chu-tich-uy-ban-nhan-dan"),
    ("Quốc hội", "quoc-hoi"),
    ("Chính phủ", "chinh-phu"),
    ("Thủ tướng Chính phủ", "thu-tuong-chinh-phu"),
]


def give(apps: Any, schema_editor: Any) -> None:
    kinds, issuers = apps.get_model("news", "DocumentKind"), apps.get_model("news", "Issuer")
    kinds.objects.bulk_create(
        kinds(name=name, slug=slug, abbreviation=short, order=order)
        for order, (name, slug, short) in enumerate(KINDS, start=1)
    )
    issuers.objects.bulk_create(
        issuers(name=name, slug=slug, order=order)
        for order, (name, slug) in enumerate(ISSUERS, start=1)
    )


def take_back(apps: Any, schema_editor: Any) -> None:
    """What no document is of; the others stay until the tables go."""
    for model, rows in (("DocumentKind", KINDS), ("Issuer", ISSUERS)):
        given = apps.get_model("news", model).objects.filter(slug__in=[row[1] for row in rows])
        given.filter(documents=None).delete()


class Migration(migrations.Migration):
    dependencies = [("news", "0021_documents")]

    operations = [migrations.RunPython(give, take_back)]
