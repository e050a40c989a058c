"""The checkpoint store in a blob container: compare-and-swap by ETag, so that a checkpoint never goes back.

The layout is that of Microsoft's checkpoint stores, so that what reads theirs (scalers, say) reads ours:

    NAMESPACE/EVENT_HUB/CONSUMER_GROUP/checkpoint/PARTITION   metadata sequencenumber, offset; ours: beyond
    NAMESPACE/EVENT_HUB/CONSUMER_GROUP/ownership/PARTITION    metadata ownerid; ours: reader

Theirs write checkpoints whatever is stored; ours is written only over the one it was compared with.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from azure.core import MatchConditions
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import BlobProperties
from azure.storage.blob.aio import ContainerClient

from transport.adapter import Progress
from transport.checkpoints import Ownership
from transport.errors import AccessDeniedError, CommitError, ConfigurationError, TransportError
from transport.eventhub.credential import Credential
from transport.settings.eventhub import without_container
from transport.watermark import Mark

log = logging.getLogger("transport")

REQUEST_TIMEOUT = 4.0  # seconds for one request; with its retry a call stays below the store's patience
BEYOND_LENGTH = 6000  # of the 8 KiB that a blob's metadata may have
ATTEMPTS = 10  # to write over a checkpoint that others keep changing

Stored = tuple[Progress, str]  # with its etag


class BlobStore:
    """Checkpoints and owners of one consumer group of one event hub.

    Arguments:
        where: EVENTHUB_CHECKPOINT_STORE: a container's URL, with a shared access signature or to be signed in
            to, or a storage account's connection string with `;Container=NAME`.
        namespace: host name of the Event Hubs namespace.
    """

    def __init__(self, where: str, namespace: str, event_hub: str, consumer_group: str) -> None:
        self.name = name(where)
        self._prefix = f"{_below(namespace, event_hub)}{consumer_group}".lower()
        self._credential = Credential()
        self._container = _container(where, self._credential)
        self._known: dict[str, Stored] = {}

    async def checkpoints(self) -> dict[str, Progress]:
        known = {}
        with _translated(self.name, "read"):
            async for blob in self._blobs("checkpoint"):
                if (found := _stored(blob)) is not None:
                    known[_partition(blob)] = found
        self._known = known
        return {partition: progress for partition, (progress, _) in self._known.items()}

    async def advance(self, finished: Mapping[str, Progress]) -> None:
        with _translated(self.name, "written"):
            await asyncio.gather(*(self._advance(*one) for one in finished.items()))

    async def owners(self) -> list[Ownership]:
        answered: list[float] = []

        def note(response: Any) -> None:
            if date := response.http_response.headers.get("Date"):
                answered.append(parsedate_to_datetime(date).timestamp())

        with _translated(self.name, "read"):
            blobs = [blob async for blob in self._blobs("ownership", raw_response_hook=note)]
        # Ages are told by the service's clock; ours may go differently.
        ahead = time.time() - answered[0] if answered else 0.0
        return [
            Ownership(
                _partition(blob),
                blob.metadata.get("ownerid") or "",
                unquote(blob.metadata.get("reader") or ""),
                blob.last_modified.timestamp() + ahead,
                _etag(blob),
            )
            for blob in blobs
        ]

    async def claim(self, wanted: Iterable[Ownership]) -> list[Ownership]:
        with _translated(self.name, "written"):
            taken = await asyncio.gather(*(self._claim(one) for one in wanted))
        return [one for one in taken if one is not None]

    async def close(self) -> None:
        await self._container.close()
        await self._credential.close()

    async def _advance(self, partition: str, progress: Progress) -> None:
        for _ in range(ATTEMPTS):
            stored, etag = self._known.get(partition, (None, ""))
            if stored is not None and stored.mark.offset > progress.mark.offset:
                return
            written = await self._write("checkpoint", partition, _metadata(progress), etag)
            if written:
                self._known[partition] = (progress, written["etag"])
                return
            await self._look(partition)
        raise CommitError(f"{self.name} keeps changing the checkpoint of partition {partition}")

    async def _look(self, partition: str) -> None:
        """Read a checkpoint anew."""
        self._known.pop(partition, None)
        try:
            blob = await self._container.get_blob_client(
                self._path("checkpoint", partition)
            ).get_blob_properties()
        except ResourceNotFoundError:
            return
        # One that is damaged is written over.
        self._known[partition] = _stored(blob) or (Progress(Mark(-1)), _etag(blob))

    async def _claim(self, claim: Ownership) -> Ownership | None:
        metadata = {"ownerid": claim.owner, "reader": quote(claim.reader)}
        written = await self._write("ownership", claim.partition, metadata, claim.etag)
        if not written:
            return None
        return Ownership(claim.partition, claim.owner, claim.reader, time.time(), written["etag"])

    async def _write(
        self, kind: str, partition: str, metadata: Mapping[str, str], etag: str
    ) -> Mapping[str, Any] | None:
        """Write if the blob still has this etag, or none if it has none; None if it does not."""
        blob = self._container.get_blob_client(self._path(kind, partition))
        try:
            if etag:
                return await blob.set_blob_metadata(
                    dict(metadata), etag=etag, match_condition=MatchConditions.IfNotModified
                )
            return await blob.upload_blob(b"", metadata=dict(metadata), overwrite=False)
        except (ResourceExistsError, ResourceModifiedError):
            return None
        except ResourceNotFoundError:
            if not etag:
                raise  # the container is not there
            return None

    def _blobs(self, kind: str, **more: Any) -> AsyncIterator[BlobProperties]:
        found: AsyncIterator[BlobProperties] = self._container.list_blobs(
            name_starts_with=self._path(kind, ""), include=["metadata"], **more
        )
        return found

    def _path(self, kind: str, partition: str) -> str:
        return f"{self._prefix}/{kind}/{partition}"


async def forget(where: str, namespace: str, event_hub: str) -> None:
    """Remove the checkpoints and owners of all groups of one event hub.

    Errors: TransportError.
    """
    credential = Credential()
    container = _container(where, credential)
    try:
        with _translated(name(where), "emptied"):
            async for blob in container.list_blobs(name_starts_with=_below(namespace, event_hub)):
                with suppress(ResourceNotFoundError):  # somebody else removed it
                    await container.delete_blob(blob.name)
    finally:
        await container.close()
        await credential.close()


def _below(namespace: str, event_hub: str) -> str:
    return f"{namespace}/{event_hub}/".lower()


def name(where: str) -> str:
    """A store's address for people, without what is secret in it."""
    if ";" in where:
        account, container = without_container(where)
        parts = dict(part.partition("=")[::2] for part in account.split(";"))
        return f"container {container} of {parts.get('BlobEndpoint') or parts.get('AccountName', '?')}"
    return where.partition("?")[0]


def _container(where: str, credential: Credential) -> ContainerClient:
    settings: dict[str, Any] = {
        "connection_timeout": REQUEST_TIMEOUT,
        "read_timeout": REQUEST_TIMEOUT,
        "retry_total": 1,
        "initial_backoff": 1,
    }
    if ";" in where:
        account, container = without_container(where)
        return ContainerClient.from_connection_string(account, container, **settings)
    signed = "sig=" in urlsplit(where).query
    return ContainerClient.from_container_url(where, credential=None if signed else credential, **settings)


@contextmanager
def _translated(store: str, done: str) -> Iterator[None]:
    try:
        yield
    except AzureError as error:
        raise _translation(store, done, error) from error


def _translation(store: str, done: str, error: AzureError) -> TransportError:
    told = str(getattr(error, "message", error)).splitlines()[0]
    code = getattr(error, "error_code", None)
    if code == "ContainerNotFound":
        return ConfigurationError(
            f"the blob container {store} does not exist: make it, or correct EVENTHUB_CHECKPOINT_STORE"
        )
    if isinstance(error, ClientAuthenticationError) or (
        isinstance(error, HttpResponseError) and error.status_code in {401, 403}
    ):
        return AccessDeniedError(
            f"the checkpoint store {store} refuses us (EVENTHUB_CHECKPOINT_STORE): it takes the right to "
            f"read, write and list blobs, as Storage Blob Data Contributor has: {told}"
        )
    return CommitError(f"the checkpoint store {store} cannot be {done} (EVENTHUB_CHECKPOINT_STORE): {told}")


def _partition(blob: BlobProperties) -> str:
    return str(blob.name).rpartition("/")[2]


def _metadata(progress: Progress) -> dict[str, str]:
    (offset, cursor), beyond = progress.mark, quote(progress.beyond, safe="-_.~!*'()/,:;@=+$& ")
    found = {"sequencenumber": str(offset), "offset": cursor}
    return {**found, "beyond": beyond} if beyond and len(beyond) <= BEYOND_LENGTH else found


def _stored(blob: BlobProperties) -> Stored | None:
    """A checkpoint and its etag; None if it is damaged: then its messages come again."""
    metadata = blob.metadata or {}
    try:
        mark = Mark(int(metadata["sequencenumber"]), metadata["offset"])
    except (KeyError, ValueError) as error:
        log.warning("%s is no checkpoint and counts as missing: %r", blob.name, error)
        return None
    return Progress(mark, unquote(metadata.get("beyond", ""))), _etag(blob)


def _etag(blob: BlobProperties) -> str:
    """As a header has it: a list of blobs leaves the quotes out."""
    return f'"{blob.etag.strip(chr(34))}"'
