"""Views of the store: notices given, and their translations."""

from sqlalchemy import select

from custodiet.adapters.store import noticing as n
from custodiet.adapters.store import tables as t
from custodiet.adapters.store.rows import Rows, noun, rows_where
from custodiet.model.identity import CaseId, SchemeId, TranslationId
from custodiet.model.notice import Served, TextOf, Translation


class NoticedRows(Rows):
    """The part of flows.ports.Reading that is about notices."""

    def notices_served(self, case_id: CaseId) -> tuple[Served, ...]:
        one = n.notice_served.c
        return tuple(noun(Served, row) for row in self._all(rows_where(one.case_id, by=(one.entry,)), case_id=case_id))

    def notices_served_under(self, scheme_id: SchemeId) -> tuple[Served, ...]:
        one = n.notice_served.c
        query = (
            select(n.notice_served)
            .join(t.case_file, t.case_file.c.id == one.case_id)
            .where(t.case_file.c.scheme_id == scheme_id)
            .order_by(one.entry)
        )
        return tuple(noun(Served, row) for row in self._all(query))

    def translation(self, translation_id: TranslationId) -> Translation:
        query = n.translation.select().where(n.translation.c.id == translation_id)
        return noun(Translation, self._one(query, "translation"))

    def translations(self, scheme_id: SchemeId, of: TextOf = TextOf.NOTICE) -> tuple[Translation, ...]:
        one = n.translation.c
        query = n.translation.select().where(one.scheme_id == scheme_id, one.of == of).order_by(one.entry)
        return tuple(noun(Translation, row) for row in self._all(query))
