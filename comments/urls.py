from django.urls import path

from comments import views

app_name = "comments"

urlpatterns = [
    path("<int:article_id>/", views.write, name="write"),
    path("<int:article_id>/ve/", views.ticket, name="ticket"),
]
