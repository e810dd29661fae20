"""Sample comments in every state. The names are plainly invented; none stands under the real story."""

from dataclasses import dataclass

from comments.models import Comment


@dataclass(frozen=True)
class SampleComment:
    """`article` is the name of a sample article, `days` how long ago it was sent.

    A question waits for its answer; one that has an `answer` has got it.
    """

    article: str
    name: str
    email: str
    text: str
    days: float
    status: str = Comment.Status.PENDING
    signals: tuple[tuple[str, str], ...] = ()
    question: bool = False
    answer: str = ""


_DESK = "Bộ phận một cửa có lối đi và quầy riêng cho người cao tuổi, người khuyết tật"
_ONLINE = "Nộp hồ sơ trực tuyến: năm bước và những giấy tờ cần chuẩn bị"
_CLEAN = "Ngày Chủ nhật xanh: cả khu phố cùng dọn vệ sinh"
_LIBRARY = "Thư viện mở thêm giờ đọc buổi tối"

COMMENTS = (
    SampleComment(
        _ONLINE,
        "Nguyễn Văn Ví Dụ",
        "vi-du@example.com",
        "Hướng dẫn dễ hiểu. Mong cổng thêm hình chụp từng bước để người lớn tuổi làm theo.",
        1.0,
        Comment.Status.APPROVED,
    ),
    SampleComment(
        _ONLINE,
        "Trần Thị Mẫu",
        "mau@example.com",
        "Tôi nộp thử một hồ sơ, đến bước tải tệp thì phải chụp lại vì ảnh quá lớn.\n\n"
        "Bảng dung lượng trong bài rất cần, nên đặt ngay trên biểu mẫu.",
        0.8,
        Comment.Status.APPROVED,
        question=True,
    ),
    SampleComment(
        _CLEAN,
        "Lê Thử Nghiệm",
        "thu-nghiem@example.com",
        "Khu phố tôi cũng muốn làm. Cần liên hệ ai để mượn dụng cụ?",
        2.0,
        Comment.Status.APPROVED,
        question=True,
        answer="Chào bạn,\n\nkhu phố gửi một tờ đăng ký đến bộ phận một cửa trước ngày dọn vệ sinh năm ngày. Dụng cụ "
        "được giao tại nhà sinh hoạt khu phố và nhận lại vào cuối buổi.",
    ),
    SampleComment(
        _DESK,
        "Phạm Minh Hoạ",
        "minh-hoa@example.com",
        "Xin hỏi người nhà có thể nhận kết quả thay khi mẹ tôi không đi lại được không?",
        0.15,
    ),
    SampleComment(
        _LIBRARY,
        "Võ Dùng Thử",
        "dung-thu@example.com",
        "Đề nghị mở thêm tối thứ bảy cho học sinh ôn thi.",
        1.9,
    ),
    SampleComment(
        _CLEAN,
        "Bạn Đọc Thử",
        "ban-doc-thu@example.com",
        "Bán nước uống giá rẻ, giao tận nơi, gọi ngay số ở trang của chúng tôi.",
        0.4,
        signals=(("honeypot_filled", ""), ("many", "12")),
    ),
    SampleComment(
        _CLEAN,
        "Người Gửi Mẫu",
        "nguoi-gui@example.com",
        "Ý kiến này không nói về nội dung của tin nên đã bị từ chối.",
        1.2,
        Comment.Status.REFUSED,
    ),
)
