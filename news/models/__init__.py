"""What the district publishes, a module for each noun."""

from news.models.amendment import Amendment
from news.models.article import Article, ArticlePhoto, ArticleQuerySet, article_address
from news.models.attachment import (
    ArticleAttachment,
    Attachment,
    AttachmentQuerySet,
    AttachmentText,
    DownloadCount,
)
from news.models.counts import DailyViewCount, MostRead, ViewCount
from news.models.document import Document, DocumentQuerySet
from news.models.document_attachment import DocumentAttachment
from news.models.external_link import ExternalLink
from news.models.generation import Generation
from news.models.heading import DocumentKind, Issuer
from news.models.missed import MissedAddress
from news.models.notice import Notice, NoticeChoice
from news.models.outbox import OutboxMessage
from news.models.overrule import Overrule
from news.models.photo import Photo, PhotoQuerySet
from news.models.presence import EditingPresence
from news.models.preview import PreviewLink
from news.models.redirect import Redirect
from news.models.related import RelatedStory
from news.models.revision import Revision, Step
from news.models.search import SearchEntry
from news.models.section import Section
from news.models.staff import StaffProfile, Unit
from news.models.story_words import KnownWord, StoryStream, StoryWords, TitleWords
from news.models.topics import Tag, Tagging, Thread
from news.models.workflow import NeedsSecondReader, NotReady, Outdated

__all__ = [
    "Amendment",
    "Article",
    "ArticleAttachment",
    "ArticlePhoto",
    "ArticleQuerySet",
    "Attachment",
    "AttachmentQuerySet",
    "AttachmentText",
    "DailyViewCount",
    "Document",
    "DocumentAttachment",
    "DocumentKind",
    "DocumentQuerySet",
    "DownloadCount",
    "EditingPresence",
    "ExternalLink",
    "Generation",
    "Issuer",
    "KnownWord",
    "MissedAddress",
    "MostRead",
    "NeedsSecondReader",
    "NotReady",
    "Notice",
    "NoticeChoice",
    "OutboxMessage",
    "Outdated",
    "Overrule",
    "Photo",
    "PhotoQuerySet",
    "PreviewLink",
    "Redirect",
    "RelatedStory",
    "Revision",
    "SearchEntry",
    "Section",
    "StaffProfile",
    "Step",
    "StoryStream",
    "StoryWords",
    "Tag",
    "Tagging",
    "Thread",
    "TitleWords",
    "Unit",
    "ViewCount",
    "article_address",
]
