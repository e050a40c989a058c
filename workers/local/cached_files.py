"""A cache as the download workers leave it: what upload workers find there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from workers.local import data
from workers.local.file_host import content

ATTACHMENTS = ("estimate.pdf", "roof.jpg")


@contextmanager
def cached_files() -> Iterator[Path]:
    """A folder with every project's files under `claimx/PROJECT/MEDIA/NAME`, and ATTACHMENTS under `verisk`.

    It is there while the block runs; each file has the bytes that the file host has.
    """
    with TemporaryDirectory(prefix="cached-files-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for project_id in data.PROJECTS:
            for number, (file, _) in enumerate(data.FILES, start=1):
                media_id = f"m-{project_id}-{number}"
                path = data.path(project_id, media_id, file)
                _keep(folder / "claimx" / project_id / media_id / file, content(path))
        for file in ATTACHMENTS:
            _keep(folder / "verisk" / file, content(f"/files/verisk/{file}"))
        yield folder


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
