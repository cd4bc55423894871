"""Addresses of notices, letters and translations."""

from django.urls import path

from custodiet.entrypoints.web.views import notices, translations

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
]
