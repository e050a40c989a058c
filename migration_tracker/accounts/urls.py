from django.urls import path

from migration_tracker.accounts import views, way_in
from migration_tracker.accounts.oidc import views as oidc
from migration_tracker.accounts.signing_in import SignIn, SignOut

urlpatterns = [
    path("sign-in/", SignIn.as_view(), name="sign_in"),
    path("sign-in/oidc/", oidc.begin, name="oidc_begin"),
    path("sign-in/oidc/back", oidc.finish, name="oidc_finish"),
    path("sign-in/link/<str:token>", way_in.page, name="way_in"),
    path("sign-out/", SignOut.as_view(), name="sign_out"),
    path("sign-out/oidc/", oidc.sign_out_there, name="oidc_sign_out"),
    path("people/", views.people, name="people"),
]
