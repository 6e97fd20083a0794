// The rows of a set-returning function, collected in a tuplestore.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::bridge {

class ResultRows {
public:
    // The caller of the function knows its columns: to look them up in the catalog takes longer than to fill ten rows.
    explicit ResultRows(FunctionCallInfo fcinfo) {
        InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
        result_ = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    }

    void add(const Datum* values, const bool* nulls) {
        tuplestore_putvalues(result_->setResult, result_->setDesc, const_cast<Datum*>(values), const_cast<bool*>(nulls));
    }

private:
    ReturnSetInfo* result_;
};

}  // namespace shopsmart::bridge
