"""The pictures of the staff guide, from a fresh demo: one story's way as an author and an editor go it, then comments."""

import base64
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

import portal.demo
from portal.roles import AUTHOR, EDITOR, MODERATOR
from tests.tools.desk import BY_ROLE, sign_in

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots" / "guide"
PICTURE = Path(portal.demo.__file__).parent / "pictures" / "ve-sinh-moi-truong.jpg"
FILE = Path(portal.demo.__file__).parent / "files" / "lich-tiep-cong-dan.pdf"

TITLE = "Khu phố 3 ra quân làm sạch bờ kênh"
LEAD = "Sáng 21/11, hơn 80 người dân khu phố 3 cùng dọn rác dọc bờ kênh và quét sạch vỉa hè."
BODY = (
    "<p>Từ 6 giờ 30, các tổ dân phố chia nhau từng đoạn bờ kênh. Sau ba giờ, hơn hai tấn rác được chuyển đi.</p>"
    '<p>Lịch ra quân các tuần sau <a href="/chuyen-muc/thong-bao/">tại đây</a>. Ai muốn tham gia gọi anh Bình, '
    "số 0912 345 678.</p>"
)
ANSWER = (
    "Chào bạn, người nhà nhận thay được: mang theo phiếu hẹn, giấy ủy quyền và căn cước của người nhận thay. "
    "Mẫu giấy ủy quyền có ở bàn hướng dẫn."
)
# The editor writes its document anew; what is dropped before that is over is lost.
PUT = "html => new Promise(done => Object.values(CKEDITOR.instances)[0].setData(html, { callback: done }))"
DROP = """([name, content]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, { type: "image/jpeg" }));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    document.querySelector("p").dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""


class Guide:
    """Two people at one demo. Each step goes on where the one before ended."""

    def __init__(self, browser: Browser, site: str) -> None:
        self.site = site
        self.author = somebody(browser, site, AUTHOR)
        self.editor = somebody(browser, site, EDITOR)
        self.address = ""

    def write(self) -> None:
        """The form, from empty to a picture that asks for its description."""
        page = self.author
        page.goto(f"{self.site}/quan-tri/")
        page.get_by_role("link", name="Viết tin mới").click()
        page.locator(".cke_wysiwyg_frame").wait_for()
        page.get_by_label("Tiêu đề").fill(TITLE)
        page.locator("[name=section]").select_option(label="Kinh tế - Xã hội")
        page.get_by_label("Phần dẫn").fill(LEAD)
        page.evaluate(PUT, BODY)
        page.frame_locator(".cke_wysiwyg_frame").locator("p").first.wait_for()
        take(page, "viet-tin")
        frame = page.locator(".cke_wysiwyg_frame").element_handle().content_frame()
        assert frame
        frame.locator("p").first.click()
        frame.evaluate(DROP, [PICTURE.name, base64.b64encode(PICTURE.read_bytes()).decode()])
        dialog = page.locator(".cke_dialog:visible")
        dialog.wait_for()
        take(page, "mo-ta-anh")
        dialog.get_by_label("Mô tả ảnh", exact=False).fill("Người dân vớt rác dọc bờ kênh")
        dialog.get_by_label("Chú thích in dưới ảnh").fill("Bà con khu phố 3 dọn bờ kênh")
        dialog.get_by_role("button", name="Đồng ý").or_(
            dialog.get_by_role("button", name="OK")
        ).click()

    def add_files_and_tags(self) -> None:
        page = self.author
        page.get_by_label("Tải tệp mới lên").set_input_files(FILE)
        expect(page.locator("[data-attachments-chosen] a").first).to_be_visible()
        take(page, "tep-dinh-kem", page.locator(".attachments-field"))

    def proofread_and_try(self) -> None:
        page = self.author
        page.get_by_role("button", name="Soát bài đang viết").click()
        page.locator(".proof-remark").first.wait_for()
        take(page, "soat-bai", page.locator("#soat-bai"))
        page.get_by_role("button", name="Xem thử").click()
        page.get_by_role("button", name="Điện thoại (360)").click()
        page.frame_locator("dialog.try iframe").locator("h1").wait_for()
        take(page, "xem-thu")
        page.locator("dialog.try").get_by_role("button", name="Đóng").click()

    def submit(self) -> None:
        page = self.author
        page.get_by_label("Lời nhắn").fill("Nhờ anh chị xem giúp tên khu phố.")
        take(page, "gui-duyet", page.get_by_label("Lời nhắn"))
        press(page, "Gửi duyệt")
        self.address = page.url

    def read_and_return(self) -> None:
        page = self.editor
        page.goto(f"{self.site}/quan-tri/")
        take(page, "cho-ban-duyet")
        page.goto(self.address)
        page.locator(".cke_wysiwyg_frame").wait_for()
        moment = {"#id_published_at_0": "01/12/2026", "#id_published_at_1": "08:00:00"}
        for box, value in moment.items():
            page.locator(box).fill(value)
        take(page, "hen-gio", page.locator("#id_published_at_0"))
        for box in moment:
            page.locator(box).fill("")
        page.get_by_label("Lời nhắn").fill("Bạn bỏ số điện thoại của anh Bình giúp.")
        press(page, "Trả lại…")
        self.author.goto(self.address)
        self.author.locator(".cke_wysiwyg_frame").wait_for()
        take(self.author, "bi-tra-lai")

    def meet(self) -> None:
        """Two people save one story: the second is shown both texts."""
        self.editor.goto(self.address)
        self.editor.locator(".cke_wysiwyg_frame").wait_for()
        self.author.get_by_label("Phần dẫn").fill(LEAD.replace("hơn 80", "gần 100"))
        press(self.author, "Lưu nháp")
        self.editor.get_by_label("Phần dẫn").fill(LEAD.replace("hơn 80", "85"))
        self.editor.get_by_role("button", name="Lưu nháp").click()
        panel = self.editor.locator(".conflict")
        panel.wait_for()
        take(self.editor, "hai-ban", panel)

    def compare(self) -> None:
        page = self.author
        page.goto(self.address.replace("/change/", "/history/"))
        take(page, "lich-su")

    def phone(self, browser: Browser) -> None:
        page = somebody(browser, self.site, AUTHOR, width=360)
        page.goto(f"{self.site}/quan-tri/")
        take(page, "dien-thoai")


def somebody(browser: Browser, site: str, role: str, width: int = 1280) -> Page:
    """The page of somebody of the demo who has signed in."""
    context = browser.new_context(
        viewport={"width": width, "height": 800 if width > 360 else 740}, locale="vi-VN"
    )
    page = context.new_page()
    page.set_default_timeout(90_000)
    sign_in(page, site, BY_ROLE[role])
    return page


def press(page: Page, name: str) -> None:
    """A button of the form, and what the server says."""
    page.get_by_role("button", name=name, exact=True).click()
    page.locator(".messagelist").wait_for()


def take(page: Page, name: str, place: Locator | None = None) -> None:
    """The window as it is; with a place, scrolled so that the place stands near its top."""
    page.evaluate("document.fonts.ready")
    if place:
        place.evaluate(
            "e => window.scrollTo(0, e.getBoundingClientRect().top + window.scrollY - 120)"
        )
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    shrink(path)
    print(name, flush=True)


def shrink(path: Path) -> None:
    """With 256 colours, which is a third of the size: the guide is read on slow lines too."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(256)
    small.save(path, optimize=True)


def take_comments(browser: Browser, site: str) -> None:
    """The queue with its reasons open, and an answer to a question before it is handed in. Changes nothing."""
    page = somebody(browser, site, MODERATOR)
    page.goto(f"{site}/quan-tri/comments/comment/")
    page.locator("[data-row] summary").first.click()
    take(page, "duyet-y-kien")
    page.goto(f"{site}/quan-tri/comments/answer/cau-hoi/")
    page.get_by_role("link", name="Trả lời", exact=True).first.click()
    page.get_by_label("Câu trả lời").fill(ANSWER)
    page.get_by_role("button", name="Xem trước").click()
    page.locator(".answer").wait_for()
    take(page, "tra-loi-y-kien", page.locator("#preview-title"))


def take_guide(browser: Browser, site: str) -> None:
    """Needs a fresh demo: the story that is written here stays in it."""
    guide = Guide(browser, site)
    guide.write()
    guide.add_files_and_tags()
    guide.proofread_and_try()
    guide.submit()
    guide.read_and_return()
    guide.meet()
    guide.compare()
    guide.phone(browser)
    take_comments(browser, site)
