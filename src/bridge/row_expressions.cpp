#include "bridge/row_expressions.hpp"

namespace shopsmart::bridge {

namespace {

// Parameters are constants from the beginning, so that arrays of them are searched by hash.
Node* constant_of(ParseState* state, ParamRef* reference) {
    const auto* parameters = static_cast<const Parameters*>(state->p_ref_hook_state);
    const Oid type = parameters->types[reference->number - 1];
    int16 length;
    bool by_value;
    get_typlenbyval(type, &length, &by_value);
    return reinterpret_cast<Node*>(makeConst(type, -1, get_typcollation(type), length, parameters->values[reference->number - 1], false, by_value));
}

void set_parameters(ParseState* state, void* parameters) {
    state->p_paramref_hook = constant_of;
    state->p_ref_hook_state = parameters;
}

Node* planned(void* expression) {
    auto* planned = reinterpret_cast<Node*>(expression_planner(static_cast<Expr*>(expression)));
    convert_saop_to_hashed_saop(planned);
    return planned;
}

}  // namespace

void RowExpressions::open(const char* sql, const Parameters& parameters, Relation table) {
    auto* parsed = linitial_node(RawStmt, pg_parse_query(sql));
    const Query* query = parse_analyze_withcb(parsed, sql, set_parameters, const_cast<Parameters*>(&parameters), nullptr);
    Assert(list_length(query->rtable) == 1 && !query->hasSubLinks);
    context_ = CreateStandaloneExprContext();
    condition_ = ExecInitQual(make_ands_implicit(reinterpret_cast<Expr*>(planned(query->jointree->quals))), nullptr);
    auto* columns = reinterpret_cast<List*>(planned(query->targetList));
    columns_ = MakeSingleTupleTableSlot(ExecTypeFromTL(columns), &TTSOpsVirtual);
    projection_ = ExecBuildProjectionInfo(columns, context_, columns_, nullptr, RelationGetDescr(table));
}

bool RowExpressions::take(TupleTableSlot* row) {
    ResetExprContext(context_);
    context_->ecxt_scantuple = row;
    if (!ExecQual(condition_, context_)) {
        return false;
    }
    ExecProject(projection_);
    return true;
}

void RowExpressions::close() {
    ExecDropSingleTupleTableSlot(columns_);
    FreeExprContext(context_, true);
}

}  // namespace shopsmart::bridge
