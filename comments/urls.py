from django.urls import path

from comments import report_views, sender_views, views

app_name = "comments"

urlpatterns = [
    path("<int:article_id>/", views.write, name="write"),
    path("<int:article_id>/ve/", views.ticket, name="ticket"),
    path("<int:article_id>/y-kien.json", views.page, name="page"),
    path("bao-vi-pham/<int:comment_id>/", report_views.report, name="report"),
    path("cua-toi/<str:token>/", sender_views.private, name="private"),
    path("cua-toi/<str:token>/rut/", sender_views.withdraw, name="withdraw"),
    path("cua-toi/<str:token>/bao-tin/", sender_views.notify, name="notify"),
]
