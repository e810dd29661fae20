"""The private link of who sent a comment: signed, so nobody can guess it, and without a word about the person."""

from django.core import signing

from news.addresses import address

# A point, which addresses carry as it is.
_SIGNER = signing.Signer(salt="comments.private", sep=".")
_BY_MAIL = "thu"


def private_address(comment_id: int, *, by_mail: bool = False) -> str:
    """Where its sender sees what became of it.

    The link that was sent `by_mail` also proves that its reader reads mail at the comment's address.
    """
    value = f"{comment_id}.{_BY_MAIL}" if by_mail else str(comment_id)
    return address("comments:private", _SIGNER.sign(value))


def opened(token: str) -> tuple[int, bool]:
    """Which comment the link is for, and whether it came by mail. Raises BadSignature for what is not ours."""
    comment_id, _, way = _SIGNER.unsign(token).partition(".")
    return int(comment_id), way == _BY_MAIL
