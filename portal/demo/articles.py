"""The sample articles: invented, marked as such in title, source mark and last line, without names of people.

In a body, `{{picture|caption}}` on a line of its own becomes a figure with that drawing (see site.PICTURES).
"""

import datetime as dt
from dataclasses import dataclass

from news.text import VIETNAM
from portal.demo.site import ECONOMY, NOTICES, OFFICE, PARTY, PICTURES, REFORM, SCHOOLS, SPORTS

MARK = " (tin mẫu)"
SOURCE = "TIN MẪU"
BYLINE = "BAN BIÊN TẬP MẪU"
LAST_LINE = "<p><em>Đây là dữ liệu mẫu để dùng thử phần mềm. Sự việc và số liệu trong bài không có thật.</em></p>"


@dataclass(frozen=True)
class SampleArticle:
    """`when` is a moment, or how many days before now; `views` is how often it is read on its busiest day."""

    name: str
    section: str
    when: dt.datetime | float
    lead: str
    body: str
    views: int = 0
    featured: bool = False
    draft: bool = False
    submitted: bool = False
    withdrawn_because: str = ""
    comments_open: bool = True
    files: tuple[str, ...] = ()
    # By their numbers in documents.py.
    documents: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    thread: str = ""

    @property
    def title(self) -> str:
        return self.name + MARK


def _in_2019(month: int, day: int, hour: int, minute: int) -> dt.datetime:
    return dt.datetime(2019, month, day, hour, minute, tzinfo=VIETNAM)


# An event that goes on over several stories.
CLEAN_STREETS = "Khu phố sạch"

# Beside the real story of 31/05/2019, so that it has newer and older neighbours in its section.
NEIGHBOURS = (
    SampleArticle(
        "Triển khai kế hoạch chăm sóc cây xanh mùa mưa",
        OFFICE,
        _in_2019(6, 14, 15, 20),
        "Kế hoạch chăm sóc cây xanh mùa mưa được gửi đến các phường để người dân cùng theo dõi và góp ý.",
        """
<p>Đội cây xanh kiểm tra từng tuyến đường, cắt cành khô và chống lại những cây nghiêng trước các đợt mưa lớn. Lịch
làm việc được dán tại bảng tin khu phố trước ba ngày.</p>
<p>Người dân thấy cây có dấu hiệu gãy đổ có thể báo cho phường. Mỗi tin báo được ghi nhận kèm vị trí và thời gian,
người báo được trả lời khi việc đã làm xong.</p>
<p>Những cây non mới trồng được tưới bổ sung trong các tuần ít mưa.</p>
""",
        views=14,
    ),
    SampleArticle(
        "Kiểm tra vệ sinh môi trường trên các tuyến đường có trường học",
        OFFICE,
        _in_2019(6, 5, 9, 40),
        "Đợt kiểm tra tập trung vào những đoạn đường học sinh đi qua mỗi ngày.",
        """
<p>Đoàn kiểm tra đi bộ dọc các tuyến đường, ghi lại điểm tập kết rác chưa đúng chỗ, nắp cống hư và vỉa hè bị chiếm
dụng. Các vị trí này được đánh dấu trên bản đồ chung.</p>
{{ve-sinh-moi-truong|Quét vỉa hè và vớt rác dọc bờ kênh}}
<p>Việc có thể làm ngay được giao trong ngày. Việc cần sửa chữa được lên lịch và công khai tại khu phố.</p>
<p>Sau hai tuần, đoàn trở lại các điểm đã đánh dấu để xem kết quả.</p>
""",
        tags=(
            "Môi trường",
            "Trường học",
        ),
        thread=CLEAN_STREETS,
        views=20,
    ),
    SampleArticle(
        "Lấy ý kiến người dân về chỉnh trang công viên khu phố",
        OFFICE,
        _in_2019(5, 30, 16, 5),
        "Bản vẽ chỉnh trang được trưng bày tại công viên và nhà văn hóa trong hai tuần để người dân góp ý.",
        """
<p>Bản vẽ giữ nguyên hàng cây cũ, làm lại lối đi bằng phẳng cho xe lăn và xe đẩy, thêm ghế có tựa lưng và một góc
chơi cho trẻ nhỏ.</p>
{{cong-vien|Người dân tập thể dục trong công viên}}
<p>Người dân có thể ghi ý kiến trên phiếu, bỏ vào hộp thư tại nhà văn hóa hoặc gửi qua cổng thông tin. Bản tổng hợp ý
kiến được đăng công khai trước khi chọn phương án.</p>
""",
        views=11,
    ),
    SampleArticle(
        "Họp giao ban công tác cải cách hành chính tháng 5",
        OFFICE,
        _in_2019(5, 24, 10, 15),
        "Buổi họp rà soát những hồ sơ trễ hẹn và cách báo sớm cho người nộp.",
        """
<p>Các bộ phận trình bày số hồ sơ đang xử lý và nguyên nhân của từng hồ sơ trễ hẹn. Nguyên nhân thường gặp là thiếu
giấy tờ, cần xác minh thêm và chờ ý kiến của cơ quan khác.</p>
<p>Buổi họp thống nhất báo cho người nộp ngay khi biết hồ sơ có thể trễ, kèm lời xin lỗi và ngày hẹn mới.</p>
<p>Mẫu thông báo được viết lại cho ngắn và dễ hiểu hơn.</p>
""",
        views=9,
    ),
    SampleArticle(
        "Tập huấn nghiệp vụ văn thư, lưu trữ cho cán bộ các phường",
        OFFICE,
        _in_2019(5, 15, 8, 30),
        "Lớp tập huấn hướng dẫn cách đặt tên, sắp xếp và bảo quản tài liệu điện tử.",
        """
<p>Nội dung gồm lập hồ sơ công việc, đặt tên tệp thống nhất, kiểm tra bản quét và lưu dự phòng. Mỗi học viên thực
hành trên một bộ hồ sơ mẫu.</p>
<p>Cuối lớp, học viên trao đổi những khó khăn thường gặp khi tìm lại tài liệu cũ và cách khắc phục.</p>
<p>Tài liệu tập huấn được gửi đến các phường để dùng chung.</p>
""",
        views=7,
    ),
)

RECENT = (
    SampleArticle(
        "Bộ phận một cửa có lối đi và quầy riêng cho người cao tuổi, người khuyết tật",
        OFFICE,
        0.2,
        "Lối đi bằng phẳng, quầy thấp và ghế chờ ưu tiên giúp người cao tuổi và người khuyết tật nộp hồ sơ dễ dàng hơn.",
        """
<p>Từ cổng vào đến quầy không còn bậc cao. Lối đi rộng đủ cho hai xe lăn tránh nhau, có tay vịn và vạch dẫn hướng
nổi cho người khiếm thị.</p>
{{mot-cua|Quầy tiếp nhận hồ sơ của bộ phận một cửa}}
<h2>Những điểm mới</h2>
<ul>
<li>Quầy tiếp nhận thấp, người ngồi xe lăn có thể viết thoải mái.</li>
<li>Số thứ tự được đọc thành tiếng và hiện chữ lớn trên màn hình.</li>
<li>Kính lão, bút viết và mẫu đơn chữ to đặt sẵn tại bàn.</li>
</ul>
<h2>Khi cần giúp đỡ</h2>
<p>Người hướng dẫn đứng ngay cửa vào trong giờ làm việc. Người không thể đến được có thể nhờ người thân nộp thay theo
quy định của từng thủ tục, hoặc hẹn nhận hồ sơ tại nhà.</p>
<p>Ý kiến về cách bố trí có thể ghi vào sổ góp ý đặt tại quầy.</p>
""",
        tags=(
            "Người cao tuổi",
            "Thủ tục hành chính",
        ),
        views=96,
        featured=True,
    ),
    SampleArticle(
        "Nộp hồ sơ trực tuyến: năm bước và những giấy tờ cần chuẩn bị",
        REFORM,
        1.1,
        "Chuẩn bị giấy tờ trước khi bắt đầu sẽ giúp bạn nộp hồ sơ trong một lần, không phải bổ sung.",
        """
<h2>Năm bước</h2>
<ol>
<li>Đăng nhập bằng tài khoản định danh điện tử.</li>
<li>Tìm thủ tục theo tên việc bạn cần làm.</li>
<li>Điền biểu mẫu và kiểm tra lại họ tên, số giấy tờ.</li>
<li>Tải lên bản chụp giấy tờ, mỗi giấy tờ một tệp.</li>
<li>Nộp và giữ lại mã hồ sơ để tra cứu.</li>
</ol>
<h2>Chuẩn bị giấy tờ</h2>
<table>
<thead><tr><th scope="col">Giấy tờ</th><th scope="col">Cách chụp</th><th scope="col">Dung lượng</th></tr></thead>
<tbody>
<tr><td>Giấy tờ một mặt</td><td>Đặt trên nền tối, đủ bốn góc</td><td>Dưới 5 MB</td></tr>
<tr><td>Giấy tờ hai mặt</td><td>Chụp cả hai mặt vào một tệp</td><td>Dưới 5 MB</td></tr>
<tr><td>Giấy tờ nhiều trang</td><td>Quét thành một tệp PDF</td><td>Dưới 10 MB</td></tr>
</tbody>
</table>
<p>Nếu gặp khó khăn, bạn có thể đến bộ phận một cửa để được hướng dẫn ngay trên điện thoại của mình. Việc hướng dẫn
không thu tiền.</p>
""",
        tags=(
            "Dịch vụ công",
            "Thủ tục hành chính",
        ),
        views=74,
        featured=True,
    ),
    SampleArticle(
        "Ngày Chủ nhật xanh: cả khu phố cùng dọn vệ sinh",
        ECONOMY,
        2.3,
        "Từ sáng sớm, người dân nhiều độ tuổi cùng quét đường, nhổ cỏ và sơn lại những bức tường cũ.",
        """
<p>Mỗi tổ phụ trách một đoạn đường ngắn. Người lớn quét dọn và gom rác, thanh niên sơn tường, trẻ em tưới cây và
phân loại vỏ chai.</p>
{{ve-sinh-moi-truong|Người dân dọn vệ sinh dọc bờ kênh}}
<p>Rác được chia thành ba nhóm: rác thực phẩm, rác tái chế và rác còn lại. Nhóm tái chế được bán để gây quỹ mua cây
trồng dọc đường.</p>
<h2>Giữ sạch lâu dài</h2>
<p>Các tổ thống nhất giờ đổ rác cố định và thay nhau nhắc nhở. Điểm từng là bãi rác tự phát nay đặt chậu hoa và một
bảng tin nhỏ.</p>
<p>Buổi dọn vệ sinh tiếp theo diễn ra vào sáng chủ nhật tuần đầu của tháng sau.</p>
""",
        tags=("Môi trường",),
        thread=CLEAN_STREETS,
        views=58,
        featured=True,
    ),
    SampleArticle(
        "Các trường mở cửa thư viện và sân chơi trong dịp hè",
        SCHOOLS,
        3.4,
        "Học sinh có thêm nơi đọc sách, chơi thể thao và sinh hoạt câu lạc bộ ngay tại trường.",
        """
<p>Sân trường mở từ cuối giờ chiều, có người trông coi. Thư viện mở ba buổi mỗi tuần, học sinh được mượn sách về nhà
như trong năm học.</p>
{{truong-hoc|Sân trường mở cửa cho học sinh vào buổi chiều}}
<p>Các câu lạc bộ vẽ, cờ và kể chuyện nhận học sinh của mọi trường. Phụ huynh đăng ký tại phòng trực, không thu phí.</p>
<h2>Cần nhớ khi đến trường</h2>
<ul>
<li>Mang theo thẻ học sinh hoặc nói tên và lớp.</li>
<li>Ra về trước giờ đóng cửa, có người thân đón với học sinh lớp nhỏ.</li>
<li>Giữ gìn sách và dụng cụ để bạn sau cùng dùng.</li>
</ul>
""",
        views=41,
        featured=True,
    ),
    SampleArticle(
        "Thư viện mở thêm giờ đọc buổi tối",
        SPORTS,
        4.6,
        "Phòng đọc mở đến 20 giờ 30 vào các ngày thứ ba và thứ năm.",
        """
<p>Giờ đọc buổi tối dành cho người đi làm và học sinh cần chỗ yên tĩnh. Phòng đọc có bàn riêng, ổ điện và đèn bàn.</p>
{{thu-vien|Phòng đọc của thư viện}}
<p>Góc thiếu nhi vẫn đóng cửa lúc 18 giờ. Bạn đọc có thể trả sách ở hộp đặt ngoài cửa vào bất cứ lúc nào.</p>
<p>Thẻ thư viện được làm trong ngày, cần giấy tờ có ảnh.</p>
""",
        views=23,
    ),
    SampleArticle(
        "Khám sức khỏe định kỳ cho người cao tuổi tại trạm y tế",
        ECONOMY,
        6.2,
        "Mỗi tổ dân phố có một buổi khám riêng để người cao tuổi không phải chờ lâu.",
        """
<p>Nội dung khám gồm đo huyết áp, kiểm tra mắt, thử đường huyết và tư vấn dùng thuốc. Người khám nhận sổ theo dõi để
mang theo trong những lần sau.</p>
{{tram-y-te|Bên trong trạm y tế}}
<table>
<caption>Lịch khám (ví dụ)</caption>
<thead><tr><th scope="col">Buổi</th><th scope="col">Tổ dân phố</th><th scope="col">Giờ</th></tr></thead>
<tbody>
<tr><td>Thứ hai</td><td>Tổ 1 đến tổ 4</td><td>7 giờ 30</td></tr>
<tr><td>Thứ tư</td><td>Tổ 5 đến tổ 8</td><td>7 giờ 30</td></tr>
<tr><td>Thứ sáu</td><td>Tổ 9 đến tổ 12</td><td>7 giờ 30</td></tr>
</tbody>
</table>
<p>Người đến khám nên nhịn ăn sáng và mang theo đơn thuốc đang dùng. Người đi lại khó khăn được khám tại nhà, gia đình
báo trước cho trạm.</p>
""",
        tags=(
            "Người cao tuổi",
            "Y tế",
        ),
        views=66,
    ),
    SampleArticle(
        "Chợ truyền thống thử nghiệm thanh toán không dùng tiền mặt",
        ECONOMY,
        8.5,
        "Tiểu thương và người mua cùng làm quen với cách trả tiền bằng điện thoại, tiền mặt vẫn được nhận như trước.",
        """
<p>Mỗi sạp có một bảng mã riêng, người mua quét mã và nhập số tiền. Điện thoại của người bán đọc to số tiền vừa nhận
nên không cần dừng tay để xem màn hình.</p>
{{cho|Các sạp rau quả trong chợ}}
<p>Nhóm hướng dẫn có mặt vào buổi sáng các ngày trong tuần để giúp người mới dùng. Ai không quen vẫn trả tiền mặt
bình thường.</p>
<p>Ban quản lý nhắc người bán kiểm tra mã của mình mỗi sáng để tránh bị dán đè mã lạ.</p>
""",
        views=37,
    ),
    SampleArticle(
        "Đoàn viên, thanh niên giúp người dân dùng dịch vụ công trực tuyến",
        PARTY,
        5.3,
        "Nhóm thanh niên trực tại nhà văn hóa khu phố mỗi tối thứ tư, giúp từng người trên điện thoại của chính họ.",
        """
<p>Việc được hỏi nhiều nhất là lấy lại mật khẩu, chụp giấy tờ cho rõ và tra cứu hồ sơ đã nộp. Người hướng dẫn không
giữ điện thoại, không hỏi mật khẩu và không nộp thay.</p>
<p>Sau mỗi buổi, nhóm ghi lại những chỗ khó hiểu của biểu mẫu để chuyển cho nơi tiếp nhận hồ sơ.</p>
<p>Người cao tuổi có thể hẹn trước để được hướng dẫn tại nhà.</p>
""",
        tags=(
            "Dịch vụ công",
            "Thanh niên",
        ),
        views=19,
    ),
    SampleArticle(
        "Hội thi tìm hiểu về phân loại rác tại nguồn giữa các khu phố",
        PARTY,
        11.4,
        "Mỗi khu phố cử một đội gồm ba thế hệ trong cùng gia đình.",
        """
<p>Phần thi đầu là nhận biết nhanh các loại rác. Phần thi thứ hai yêu cầu mỗi đội trình bày cách làm đang áp dụng ở
khu phố mình trong năm phút.</p>
{{hoi-nghi-tham-luan|Một đội trình bày phần thi trước hội trường}}
<p>Điểm chấm nhiều nhất dành cho cách làm đơn giản, nơi khác có thể làm theo ngay. Toàn bộ bài trình bày được chia sẻ
cho các khu phố sau hội thi.</p>
""",
        tags=("Môi trường",),
        thread=CLEAN_STREETS,
        views=15,
    ),
    SampleArticle(
        "Điều chỉnh đèn tín hiệu tại ngã tư gần trường học để học sinh có thêm thời gian qua đường, bổ sung vạch sơn, "
        "biển báo và gờ giảm tốc, bố trí người hướng dẫn vào đầu giờ sáng và vào cuối giờ chiều, đồng thời lấy ý kiến phụ "
        "huynh và các gia đình sống dọc tuyến đường trước khi áp dụng lâu dài",
        ECONOMY,
        9.7,
        "Thời gian đèn xanh cho người đi bộ dài thêm mười giây vào giờ học sinh đến trường và tan trường.",
        """
<p>Cách bố trí mới được thử trong một tháng. Người hướng dẫn ghi lại số lượt qua đường và những lúc xe dồn lại.</p>
{{giao-thong|Ngã tư có đèn tín hiệu và vạch qua đường}}
<p>Phụ huynh được đề nghị dừng xe ở điểm đón cách cổng trường một đoạn ngắn để cổng trường thông thoáng.</p>
<p>Kết quả thử nghiệm và các ý kiến góp ý được đăng trên cổng thông tin trước khi quyết định.</p>
""",
        views=33,
    ),
    SampleArticle(
        "Mười hai hình minh họa về đời sống khu phố",
        SPORTS,
        13.2,
        "Những bức tranh dùng trong bản dùng thử của cổng thông tin, xếp chung trong một bài để xem thử bài có nhiều ảnh.",
        """
<p>Tất cả các hình dưới đây do nhóm làm phần mềm vẽ. Không hình nào là ảnh chụp sự kiện hay chân dung người thật.</p>
"""
        + "\n".join(f"{{{{{name}|{alt}}}}}" for name, alt in PICTURES.items())
        + """
<p>Khi dùng chính thức, mỗi tấm ảnh cần có chú thích nói rõ ảnh chụp gì, ở đâu, khi nào, và tên người chụp.</p>
""",
        views=12,
    ),
    SampleArticle(
        "Phiếu hỏi ý kiến về thời gian giải quyết hồ sơ được viết lại cho dễ trả lời",
        REFORM,
        15.8,
        "Phiếu mới có sáu câu, trả lời xong trong khoảng hai phút và không hỏi tên người trả lời.",
        """
<p>Phiếu cũ dài hai trang với nhiều câu trùng ý. Phiếu mới chỉ giữ lại những câu mà câu trả lời có thể dẫn đến một
thay đổi cụ thể.</p>
<h2>Sáu câu hỏi</h2>
<ol>
<li>Bạn đến làm việc gì?</li>
<li>Bạn phải đến mấy lần?</li>
<li>Hồ sơ có được trả đúng hẹn không?</li>
<li>Chỗ nào trong biểu mẫu khó hiểu?</li>
<li>Bạn có được hướng dẫn rõ ràng không?</li>
<li>Điều gì nên làm khác đi?</li>
</ol>
<p>Phiếu có bản giấy tại quầy và bản điện tử qua mã in trên giấy hẹn.</p>
""",
        views=10,
    ),
    SampleArticle(
        "Câu lạc bộ dưỡng sinh tập trong công viên mỗi sáng",
        SPORTS,
        18.9,
        "Ai cũng có thể tham gia, không cần đăng ký và không đóng phí.",
        """
<p>Buổi tập bắt đầu lúc 5 giờ 30, kéo dài bốn mươi lăm phút. Người mới được xếp đứng hàng đầu để dễ nhìn động tác.</p>
{{cong-vien|Câu lạc bộ tập trong công viên từ sáng sớm}}
<p>Những ngày mưa, câu lạc bộ chuyển vào mái che cạnh nhà văn hóa.</p>
<p>Người có bệnh tim mạch hoặc huyết áp nên hỏi bác sĩ trước khi tập.</p>
""",
        views=8,
    ),
    SampleArticle(
        "Lịch tiếp công dân trong tháng",
        NOTICES,
        0.6,
        "Lịch tiếp công dân định kỳ được niêm yết tại phòng tiếp công dân và đăng trên cổng thông tin.",
        """
<table>
<thead><tr><th scope="col">Tuần</th><th scope="col">Ngày</th><th scope="col">Giờ</th></tr></thead>
<tbody>
<tr><td>Tuần thứ nhất</td><td>Thứ năm</td><td>7 giờ 30 đến 11 giờ 30</td></tr>
<tr><td>Tuần thứ hai</td><td>Thứ năm</td><td>13 giờ đến 17 giờ</td></tr>
<tr><td>Tuần thứ ba</td><td>Thứ năm</td><td>7 giờ 30 đến 11 giờ 30</td></tr>
<tr><td>Tuần thứ tư</td><td>Thứ năm</td><td>13 giờ đến 17 giờ</td></tr>
</tbody>
</table>
<p>Người đến lấy số thứ tự tại quầy hướng dẫn và mang theo giấy tờ có ảnh.</p>
<p>Nếu lịch trùng ngày nghỉ lễ, buổi tiếp được dời sang ngày làm việc kế tiếp.</p>
""",
        views=28,
        files=("lich-tiep-cong-dan",),
        documents=("03/2019/QĐ-UBND", "120/TB-UBND"),
    ),
    SampleArticle(
        "Bảo trì hệ thống nộp hồ sơ trực tuyến tối thứ bảy",
        NOTICES,
        2.8,
        "",
        """
<p>Hệ thống nộp hồ sơ trực tuyến tạm ngừng từ 22 giờ tối thứ bảy đến 5 giờ sáng chủ nhật để bảo trì.</p>
<p>Hồ sơ đã nộp trước thời điểm này không bị ảnh hưởng. Thời hạn trả kết quả không thay đổi.</p>
<p>Hồ sơ đang điền dở nên được lưu lại trước 22 giờ.</p>
""",
        tags=("Dịch vụ công",),
        views=17,
        comments_open=False,
    ),
    SampleArticle(
        "Đăng ký lớp học bơi miễn phí cho học sinh tiểu học",
        NOTICES,
        7.1,
        "Mỗi lớp nhận hai mươi học sinh, ưu tiên em chưa biết bơi.",
        """
<p>Phụ huynh đăng ký tại phòng trực của trường trong giờ làm việc. Danh sách được dán tại trường sau khi hết hạn đăng ký.</p>
<h2>Cần mang theo</h2>
<ul>
<li>Đơn đăng ký có chữ ký của phụ huynh.</li>
<li>Giấy xác nhận sức khỏe.</li>
<li>Đồ bơi, khăn và mũ bơi cho buổi đầu tiên.</li>
</ul>
<p>Lớp học có người trông và người biết cấp cứu trong suốt buổi học.</p>
""",
        views=31,
    ),
    SampleArticle(
        "Lịch thu gom rác cồng kềnh theo khu phố",
        NOTICES,
        12.4,
        "Bàn ghế, tủ, nệm cũ được thu gom riêng, không để chung với rác sinh hoạt.",
        """
<p>Các hộ để đồ trước nhà trong khoảng từ 18 giờ đến 20 giờ vào ngày thu gom của khu phố mình. Đồ có kính hoặc đinh
nhọn cần bọc lại.</p>
<p>Thiết bị điện cũ, pin và bóng đèn được nhận ở điểm riêng tại nhà văn hóa khu phố.</p>
<p>Hộ có người già neo đơn có thể nhờ tổ dân phố giúp khiêng đồ.</p>
""",
        tags=("Môi trường",),
        thread=CLEAN_STREETS,
        views=22,
    ),
    SampleArticle(
        "Tiêm chủng mở rộng: ngày tiêm và giấy tờ cần mang",
        NOTICES,
        16.5,
        "Trạm y tế tiêm chủng mở rộng vào các buổi sáng trong tuần đầu của tháng.",
        """
<p>Phụ huynh mang theo sổ tiêm chủng và báo cho nhân viên y tế nếu trẻ đang sốt, đang dùng thuốc hoặc từng phản ứng
sau tiêm.</p>
{{tram-y-te|Tiêm chủng cho trẻ em tại trạm y tế}}
<p>Sau khi tiêm, trẻ ở lại theo dõi ba mươi phút. Khi về nhà, cần tiếp tục theo dõi ít nhất một ngày.</p>
<p>Trẻ lỡ ngày tiêm được hẹn lại vào tuần sau.</p>
""",
        tags=("Y tế",),
        views=26,
    ),
    SampleArticle(
        "Dự thảo nội quy sử dụng sân thể thao khu phố",
        SPORTS,
        1.5,
        "Bài này còn ở dạng bản nháp để xem thử, bạn đọc chưa thấy.",
        """
<p>Sân mở cửa từ 5 giờ đến 21 giờ. Ưu tiên học sinh vào các buổi chiều trong tuần.</p>
<p>Người dùng sân mang giày phù hợp, giữ vệ sinh và tắt đèn khi ra về.</p>
<p>Phần còn thiếu: cách đăng ký khi có nhiều nhóm cùng muốn dùng sân.</p>
""",
        draft=True,
    ),
    SampleArticle(
        "Lịch phun thuốc phòng, chống sốt xuất huyết",
        NOTICES,
        1,
        "Bài này đã gửi duyệt và đang chờ biên tập viên, bạn đọc chưa thấy.",
        """
<p>Đội y tế phun thuốc tại các khu phố từ 6 giờ đến 8 giờ sáng. Người dân đóng cửa sổ, che đậy thức ăn và ra khỏi nhà
trong ba mươi phút.</p>
<p>Gia đình có người bệnh hoặc trẻ nhỏ báo trước cho trạm y tế để được sắp xếp riêng.</p>
""",
        draft=True,
        submitted=True,
    ),
    SampleArticle(
        "Lịch cắt tỉa cây xanh trên các tuyến đường",
        NOTICES,
        20.3,
        "Tin này đã được thu hồi để xem thử trang báo thu hồi.",
        """
<p>Việc cắt tỉa diễn ra vào ban đêm để không cản trở giao thông.</p>
<p>Các hộ dọc tuyến đường được báo trước ba ngày.</p>
<p>Xe đậu dưới tán cây cần dời đi trước 21 giờ.</p>
""",
        withdrawn_because="Ngày thực hiện trong tin bị ghi sai. Tin đúng sẽ được đăng lại.",
    ),
)

ARTICLES = NEIGHBOURS + RECENT
