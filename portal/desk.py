"""The desk: Django's admin site with our door, pages about one's own account, the command box and the guide."""

import functools
from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, reverse


@functools.cache
def begins() -> str:
    """The address below which the desk lies; asked of every request, so it is put together once."""
    return reverse("admin:index")


class DeskConfig(AdminConfig):
    """Django's admin with our desk as its site. Models are not ready when this is read: the desk imports late."""

    default_site = "portal.desk.Desk"


class Desk(admin.AdminSite):
    """What `admin.site` is here."""

    site_title = "Bàn biên tập"
    index_title = "Bàn biên tập"
    enable_nav_sidebar = False

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        # Things go one at a time, by their own page: Django notes several in one statement, which the audit log
        # does not hear of (portal/accounts/hearing.py).
        self.disable_action("delete_selected")

    def get_urls(self) -> list[URLPattern | URLResolver]:
        from portal.accounts import views
        from portal.command_box import command_box
        from portal.guide import guide, picture

        pages = [
            ("tim/", command_box, "command_box"),
            ("huong-dan/", guide, "guide"),
            ("tai-khoan/", views.security, "account_security"),
            ("tai-khoan/hai-buoc/", views.enrol, "second_factor_enrol"),
            ("tai-khoan/ma-khoi-phuc/", views.recovery_codes, "recovery_codes"),
            ("tai-khoan/tat-hai-buoc/", views.turn_off, "second_factor_off"),
            ("tai-khoan/phien/", views.sessions, "my_sessions"),
        ]
        own = [path(route, self.admin_view(view), name=name) for route, view, name in pages]
        # The one answer here that a browser may keep.
        pictures = path(
            "huong-dan/anh/<slug:picture>.png",
            self.admin_view(picture, cacheable=True),
            name="guide_picture",
        )
        return [*own, pictures, *super().get_urls()]

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        from portal.accounts.forms import SignInForm

        self.login_form = SignInForm
        return super().login(request, extra_context)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        from django.contrib.admin.forms import AdminPasswordChangeForm

        from portal.accounts.views import PasswordChange

        request.current_app = self.name
        return PasswordChange.as_view(
            form_class=AdminPasswordChangeForm,
            success_url=reverse("admin:password_change_done", current_app=self.name),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )(request)
