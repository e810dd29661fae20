"""Who may do what: one table. An administrator may give a group more in the admin; nothing here takes it away."""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

EDITOR = "Biên tập viên"
MODERATOR = "Kiểm duyệt viên"

ROLES: dict[str, tuple[str, ...]] = {
    EDITOR: (
        "news.view_article",
        "news.add_article",
        "news.change_article",
        "news.delete_article",  # drafts only: Article.delete() refuses what was public
        "news.publish_article",
        "news.withdraw_article",
        "news.view_section",
        "news.add_section",
        "news.change_section",
        "news.view_photo",
        "news.add_photo",
        "news.change_photo",
        "news.delete_photo",  # unused ones only: the database refuses the others
    ),
    MODERATOR: (
        "news.view_article",
        "comments.view_comment",
        "comments.decide_comment",
    ),
}


def ensure_roles() -> dict[str, Group]:
    """The groups of the table, with at least their permissions. Running it again changes nothing.

    Raises LookupError when a permission of the table does not exist (a renamed one, or migrations not run).
    """
    groups = {}
    for role, names in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.add(*_permissions(names))
        groups[role] = group
    return groups


def _permissions(names: tuple[str, ...]) -> list[Permission]:
    wanted = Q()
    for name in names:
        app, codename = name.split(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    found = list(Permission.objects.filter(wanted).select_related("content_type"))
    missing = set(names) - {f"{p.content_type.app_label}.{p.codename}" for p in found}
    if missing:
        raise LookupError(f"No such permission: {', '.join(sorted(missing))}")
    return found
