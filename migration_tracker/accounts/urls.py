from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from migration_tracker.accounts import views

urlpatterns = [
    path(
        "sign-in/",
        LoginView.as_view(template_name="accounts/sign_in.html", redirect_authenticated_user=True),
        name="sign_in",
    ),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("people/", views.people, name="people"),
]
