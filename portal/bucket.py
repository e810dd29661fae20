"""Pictures and files in a bucket of an S3-compatible storage (MEDIA_S3_BUCKET), for several web machines.

Readers never see the bucket: every address stays under /media/ of this site, where nginx fetches what is public
(deploy/s3/media.conf). A file below a story is fetched by nginx with a signature that the application gives it after
asking whether this reader may have the file. Imported only where a bucket is configured: boto3 takes 24 MB.
"""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

# How long nginx may fetch a file after it was told to, in seconds.
SIGNED_SECONDS = 60

# The bucket keeps the type of each file; Python 3.11 does not know these.
mimetypes.add_type("image/webp", ".webp")
mimetypes.add_type("image/avif", ".avif")


@contextmanager
def as_a_disk() -> Iterator[None]:
    """A bucket that is away is to its callers what a broken disk is: OSError."""
    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError) as error:
        raise OSError(f"the bucket: {error}") from error


class Bucket(S3Storage):
    """The storage of STORAGES["default"] where a bucket is configured."""

    def __init__(self, **options: Any) -> None:
        # Not the minute and more that boto3 would wait; what fails is tried twice more.
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=3,
            read_timeout=10,
            retries={"total_max_attempts": 3},
            # Newer checksums are asked for by AWS only; other storages refuse them.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        # Files are small: one request each, in the thread that asks.
        one_by_one = TransferConfig(use_threads=False)
        super().__init__(
            client_config=config, transfer_config=one_by_one, default_acl=None, **options
        )

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        return f"{settings.MEDIA_URL}{filepath_to_uri(name)}"

    def signed_query(self, name: str, method: str) -> str:
        """What behind the `?` of the file's address lets nginx fetch it with this method for SIGNED_SECONDS."""
        signed: str = self.bucket.meta.client.generate_presigned_url(
            "head_object" if method == "HEAD" else "get_object",
            Params={"Bucket": self.bucket.name, "Key": name},
            ExpiresIn=SIGNED_SECONDS,
        )
        return urlsplit(signed).query

    def _open(self, name: str, mode: str = "rb") -> ContentFile:
        """The whole file: the largest has 20 MB."""
        with as_a_disk(), super()._open(name, mode) as stored:
            return ContentFile(stored.read(), name=name)

    def _save(self, name: str, content: Any) -> str:
        with as_a_disk():
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with as_a_disk():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with as_a_disk():
            return bool(super().exists(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with as_a_disk():
            folders, files = super().listdir(path)
        return folders, files

    def size(self, name: str) -> int:
        with as_a_disk():
            return int(super().size(name))

    def get_modified_time(self, name: str) -> Any:
        with as_a_disk():
            return super().get_modified_time(name)
