"""Where code hosts tell of a push."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from migration_tracker.inventory import webhooks
from migration_tracker.inventory.models import Migration


@csrf_exempt
@login_not_required
@require_POST
def pushed(request: HttpRequest, key: str) -> JsonResponse:
    """202 and the number of the scan; 200 for what was told before; 403 without saying why."""
    try:
        length = int(request.headers.get("Content-Length", ""))
    except ValueError:
        return JsonResponse({"detail": "Send Content-Length."}, status=411)
    if length > webhooks.MOST_BYTES:
        return JsonResponse({"detail": f"At most {webhooks.MOST_BYTES} bytes are taken."}, status=413)
    migration = Migration.objects.filter(key=key).first()
    if migration is None or not webhooks.genuine(migration, request.headers, request.body):
        detail = "No migration takes this webhook: its address or its secret is another."
        return JsonResponse({"detail": detail}, status=403)
    scan = webhooks.take(migration, request.body)
    if scan is None:
        return JsonResponse({"detail": "This was told before, or the migration is closed."})
    return JsonResponse({"scan": scan.pk}, status=202)
