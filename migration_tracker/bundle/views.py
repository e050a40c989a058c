"""Taking the evidence of a migration away."""

from tempfile import TemporaryFile

from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from migration_tracker.bundle import writing
from migration_tracker.inventory.models import Migration


@require_GET
def download(_request: HttpRequest, key: str) -> FileResponse:
    migration = get_object_or_404(Migration, key=key)
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    writing.write(migration, file)
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=f"{migration.key}-evidence.zip", content_type="application/zip"
    )
