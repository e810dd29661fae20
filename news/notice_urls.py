"""Addresses of a person's notices. Not in `news.urls`: they belong to the desk."""

from django.contrib import admin
from django.urls import path

from news.admin import notices

urlpatterns = [
    path("", admin.site.admin_view(notices.listing), name="notices"),
    path("<int:notice_id>/mo/", admin.site.admin_view(notices.open_notice), name="notice_open"),
    path("da-doc/", admin.site.admin_view(notices.mark_all_read), name="notices_read"),
    path("thu/", admin.site.admin_view(notices.choose_mail), name="notices_mail"),
]
