from django.urls import path

from migration_tracker.api import token_views

urlpatterns = [
    path("", token_views.tokens, name="tokens"),
    path("<int:pk>/revoke", token_views.revoke, name="revoke_token"),
]
