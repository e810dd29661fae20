"""Addresses of the API; news.api says what they answer."""

from django.urls import path

from news import api

app_name = "api"

urlpatterns = [
    path("", api.guide, name="guide"),
    path("openapi.json", api.description, name="description"),
    path("articles/", api.articles, name="articles"),
    path("articles/<int:number>/", api.article, name="article"),
    path("sections/", api.sections, name="sections"),
    path("documents/", api.documents, name="documents"),
    path("documents/<int:number>/", api.document, name="document"),
    path("<path:rest>", api.nowhere, name="nowhere"),
]
