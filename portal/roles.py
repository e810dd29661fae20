"""Who may do what: one table. An administrator may give a group more in the admin; nothing here takes it away."""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

AUTHOR = "Tác giả"
EDITOR = "Biên tập viên"
MODERATOR = "Kiểm duyệt viên"
ADMINISTRATOR = "Quản trị viên"

# What everybody has who writes. Which stories are meant is decided by news.models.workflow: the own ones.
WRITING = (
    "news.view_article",
    "news.add_article",
    "news.change_article",
    "news.delete_article",  # drafts only: Workflow.delete_draft() refuses what was public
    "news.view_section",
    "news.view_photo",
    "news.add_photo",
    "news.change_photo",
    "news.view_attachment",
    "news.add_attachment",
    "news.change_attachment",  # the own ones: Attachment.may_be_edited()
    "news.view_tag",
    "news.view_thread",
    "news.view_document",
    "news.add_document",
    "news.change_document",  # own drafts: Document.may_edit()
    "news.delete_document",  # the same
    "news.view_documentkind",
    "news.view_issuer",
)

ROLES: dict[str, tuple[str, ...]] = {
    AUTHOR: WRITING,
    EDITOR: (
        *WRITING,
        "news.edit_any_article",
        "news.publish_article",
        "news.withdraw_article",
        "news.feature_article",
        "news.view_reports",
        "news.view_externallink",
        "news.add_section",
        "news.change_section",
        "news.merge_section",
        "news.edit_any_photo",
        "news.delete_photo",  # unused ones only: the database refuses the others
        "news.add_tag",
        "news.change_tag",
        "news.delete_tag",
        "news.add_thread",
        "news.change_thread",
        "news.delete_thread",
        "news.view_unit",
        "news.add_unit",
        "news.change_unit",
        "news.delete_attachment",  # unused ones only: the database refuses the others
        "news.edit_any_attachment",
        "news.publish_document",
        "news.withdraw_document",
        "news.add_documentkind",
        "news.change_documentkind",
        "news.delete_documentkind",  # unused ones only: the database refuses the others
        "news.add_issuer",
        "news.change_issuer",
        "news.delete_issuer",
        # What the office says under a comment is published as a story is.
        "comments.view_answer",
        "comments.answer_comment",
        "comments.publish_answer",
    ),
    MODERATOR: (
        "comments.view_comment",
        "comments.decide_comment",
        "comments.view_answer",
        "comments.answer_comment",
        "comments.view_decision",
        "comments.view_policy",
        "comments.view_watchedword",
        "comments.add_watchedword",
        "comments.change_watchedword",
        "comments.delete_watchedword",
        "comments.view_blockedsource",
        "comments.change_blockedsource",
        "comments.delete_blockedsource",  # ends the block
    ),
    # Whom they may give what: portal/accounts/people.py. They write no stories.
    ADMINISTRATOR: (
        "portal.view_siteidentity",
        "portal.add_siteidentity",
        "portal.change_siteidentity",
        "portal.view_textpage",
        "portal.add_textpage",
        "portal.change_textpage",
        "portal.delete_textpage",
        "portal.view_agencylink",
        "portal.add_agencylink",
        "portal.change_agencylink",
        "portal.delete_agencylink",
        "portal.view_auditentry",
        "portal.view_personrequest",
        "portal.add_personrequest",
        "portal.handle_personrequest",
        "comments.erase_comment",  # by such a request only
        "auth.view_user",
        "auth.add_user",
        "auth.change_user",
        "auth.view_group",
        "auth.add_group",
        "auth.change_group",
        "news.view_staffprofile",
        "news.add_staffprofile",
        "news.change_staffprofile",
        "news.view_unit",
        "news.add_unit",
        "news.change_unit",
        "portal.view_jobrun",
        "news.view_outboxmessage",
        "news.resend_outboxmessage",
        "news.view_redirect",
        "news.add_redirect",
        "news.change_redirect",
        "news.delete_redirect",
        "news.view_missedaddress",
        "news.view_photo",  # the crest, pictures of text pages
        "news.add_photo",
        "comments.view_comment",
        "comments.reveal_email",  # each time is recorded
        "comments.view_decision",
        "comments.view_policy",
        "comments.change_policy",
        "comments.view_holiday",
        "comments.add_holiday",
        "comments.change_holiday",
        "comments.delete_holiday",
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
