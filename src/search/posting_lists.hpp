// Which products hold a word, as the search index has it.
#pragma once

#include "bridge/index_cursor.hpp"
#include "bridge/relations.hpp"
#include "core/posting.hpp"
#include "search/index.hpp"
#include "search/terms.hpp"

namespace shopsmart::search {

class PostingLists {
public:
    void open(const Index& index) {
        index_ = &index;
        const bridge::SearchTables& tables = bridge::search_tables();
        cursor_.open(tables.postings, tables.postings_key, 2);
    }

    // begin gets the number of products in the list, before take gets each of them. Nothing is called for an unknown word.
    template <class Begin, class Take>
    void read(const Term& word, Begin&& begin, Take&& take) {
        seek(word);
        for (bool first = true; cursor_.next(); first = false) {
            CHECK_FOR_INTERRUPTS();
            slot_getallattrs(cursor_.slot);
            if (first) {
                begin(products_in_slot());
            }
            const auto* packed = reinterpret_cast<const bytea*>(DatumGetPointer(cursor_.slot->tts_values[4]));
            const Size count = VARSIZE_ANY_EXHDR(packed) / sizeof(core::Posting);
            const char* at = VARDATA_ANY(packed);
            for (Size i = 0; i < count; i++, at += sizeof(core::Posting)) {
                core::Posting posting;
                memcpy(&posting, at, sizeof posting);
                if (posting.document >= index_->documents) {
                    raise_damaged();
                }
                take(posting);
            }
        }
    }

    int64 products_with(const Term& word) {
        seek(word);
        if (!cursor_.next()) {
            return 0;
        }
        slot_getallattrs(cursor_.slot);
        return products_in_slot();
    }

    void close() { cursor_.close(); }

private:
    void seek(const Term& word) {
        const Datum key[] = {Int64GetDatum(index_->generation), PointerGetDatum(cstring_to_text_with_len(word.bytes, word.length))};
        cursor_.seek(key);
    }
    int64 products_in_slot() const { return DatumGetInt32(cursor_.slot->tts_values[3]); }

    const Index* index_;
    bridge::IndexCursor cursor_;
};

// How the settings weigh where a word stands.
core::FieldOptions field_options(const Index& index);

}  // namespace shopsmart::search
