"""Addresses of notices, letters, translations and recordings."""

from django.urls import path

from custodiet.entrypoints.web.views import notices, recordings, translations

urlpatterns = [
    path("cases/<str:reference>/notice", notices.give, name="notice"),
    path("cases/<str:reference>/notice/paper", notices.paper, name="notice_paper"),
    path("cases/<str:reference>/letters/<str:decision_id>", notices.letter, name="letter"),
    path("schemes/<str:scheme_id>/notices", notices.owed, name="notices_owed"),
    path("my/notice", notices.mine, name="my_notice"),
    path("my/letters/<str:decision_id>", notices.my_letter, name="my_letter"),
    path("translations", translations.find, name="translations"),
    path("schemes/<str:scheme_id>/translations/<str:tag>", translations.one, name="translation"),
    path("schemes/<str:scheme_id>/translations/<str:tag>/<str:of>", translations.one, name="translation_of"),
    path("schemes/<str:scheme_id>/recordings/<str:tag>", recordings.one, name="recording"),
    path("schemes/<str:scheme_id>/recorded/<str:recording_id>", recordings.to_translators, name="recorded"),
    path("cases/<str:reference>/notice/recordings/<str:recording_id>", recordings.of_a_case, name="notice_recording"),
    path("my/notice/recordings/<str:recording_id>", recordings.mine, name="my_recording"),
]
