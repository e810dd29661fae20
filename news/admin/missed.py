"""`Địa chỉ không có trang`: what readers asked for most and did not find."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from news import redirects
from news.admin.desk_admin import DeskAdmin
from news.admin.read_only import ReadOnly
from news.models import MissedAddress


class MissedAddresses(ChangeList):
    """Knows of each row it shows whether a redirect answers its address meanwhile."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        moved = redirects.moved({missed.path: (missed.path, "") for missed in self.result_list})
        for missed in self.result_list:
            missed.has_redirect = missed.path in moved


@admin.register(MissedAddress)
class MissedAddressAdmin(ReadOnly, DeskAdmin):
    """A list to work through: an address leaves it with the redirect that is made for it, or when nobody asks for it any more."""

    list_display = ["path", "total", "last_on", "linked_from", "remedy"]
    list_display_links = None
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["path", "host"]
    search_help_text = "Tìm trong địa chỉ và nơi có liên kết."
    empty_value_display = ""
    actions = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return MissedAddresses

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        shown = list(self.list_display)
        return shown if request.user.has_perm("news.add_redirect") else shown[:-1]

    @admin.display(description="trang có liên kết", ordering="host")
    def linked_from(self, missed: MissedAddress) -> str:
        return missed.host

    @admin.display(description="việc cần làm")
    def remedy(self, missed: Any) -> SafeString | str:
        if missed.has_redirect:
            return "Đã có chuyển hướng"
        form = f"{reverse('admin:news_redirect_add')}?{urlencode({'old': missed.path})}"
        return format_html('<a href="{}">Tạo chuyển hướng</a>', form)
