// The rows of a set-returning function, collected in a tuplestore.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::bridge {

class ResultRows {
public:
    enum class Of { rows, values };

    explicit ResultRows(FunctionCallInfo fcinfo, Of content = Of::rows) {
        InitMaterializedSRF(fcinfo, content == Of::values ? MAT_SRF_USE_EXPECTED_DESC : 0);
        result_ = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    }

    void add(const Datum* values, const bool* nulls) {
        tuplestore_putvalues(result_->setResult, result_->setDesc, const_cast<Datum*>(values), const_cast<bool*>(nulls));
    }

private:
    ReturnSetInfo* result_;
};

}  // namespace shopsmart::bridge
