"""Addresses of the photo library. Not in `news.urls`: CKEditor reverses these names without a namespace."""

from django.urls import path

from news import library

urlpatterns = [
    path("chon/", library.browse, name="ckeditor_browse"),
    path("them/", library.add, name="photo_add"),
    path("tai-len/", library.upload, name="ckeditor_upload"),
]
