-- Tables of the extension: where the shop's tables are, and what is derived from them.
-- Never replayed by an upgrade.

CREATE SCHEMA shopsmart;
COMMENT ON SCHEMA shopsmart IS 'what the shopsmart extension derives and keeps books of';

-- Which tables hold the shop's own data. One row, written by shopsmart_setup(). The tables themselves are
-- no members of the extension: they dump, restore and outlive DROP EXTENSION.
CREATE TABLE shopsmart.shop (
    singleton   boolean  NOT NULL DEFAULT true PRIMARY KEY CHECK (singleton),
    categories  regclass NOT NULL,
    products    regclass NOT NULL,
    users       regclass NOT NULL,
    event_types regclass NOT NULL,
    events      regclass NOT NULL,
    event_keys  regclass NOT NULL
);
COMMENT ON TABLE shopsmart.shop IS 'where the shop''s own tables are: one row, written by shopsmart_setup()';
SELECT pg_catalog.pg_extension_config_dump('shopsmart.shop', '');

-- One number for each model ever built. A model is the rows that carry its number.
CREATE SEQUENCE shopsmart.generation_seq AS bigint;
COMMENT ON SEQUENCE shopsmart.generation_seq IS 'numbers the generations of all models';

-- The current generation of each kind of model. Readers take it once a call; a rebuild switches it with one update.
CREATE TABLE shopsmart.generations (
    kind       text        NOT NULL PRIMARY KEY
               CHECK (kind OPERATOR(pg_catalog.=) ANY (ARRAY['similarity'::text, 'baskets'::text, 'popularity'::text, 'sessions'::text, 'trending'::text, 'search'::text])),
    generation bigint      NOT NULL,
    as_of      timestamptz NOT NULL,
    lookback   interval,
    built_at   timestamptz NOT NULL,
    model      text,
    history_events    integer,
    history_half_life integer,
    history_exponent  double precision,
    scored_neighbors  integer
);
COMMENT ON TABLE shopsmart.generations IS 'the current generation of each kind of model';
COMMENT ON COLUMN shopsmart.generations.as_of IS 'the model knows the events up to this time';
COMMENT ON COLUMN shopsmart.generations.model IS 'kind similarity: the name in shopsmart.trained_models of the model that recommendations rest on';
COMMENT ON COLUMN shopsmart.generations.history_events IS 'kind similarity: newest events of a user that count, as the model was defined; NULL: shopsmart.history_events';
COMMENT ON COLUMN shopsmart.generations.history_half_life IS 'kind similarity: as the model was defined; NULL: shopsmart.history_half_life';
COMMENT ON COLUMN shopsmart.generations.history_exponent IS 'kind similarity: as the model was defined; NULL: shopsmart.history_exponent';
COMMENT ON COLUMN shopsmart.generations.scored_neighbors IS 'kind similarity: best neighbors of each product of a history that score, as the model was defined; NULL: shopsmart.scored_neighbors';
COMMENT ON COLUMN shopsmart.generations.lookback IS 'the model knows the events of this span before as_of; NULL: all of them';

-- Similarity models whose neighbors can be read: the one that recommendations rest on, and those that shopsmart_train() made
-- beside it. Derived, like generations: what the shop decides is in model_definitions.
CREATE TABLE shopsmart.trained_models (
    name       text        NOT NULL PRIMARY KEY,
    generation bigint      NOT NULL,
    as_of      timestamptz NOT NULL,
    lookback   interval,
    trained_at timestamptz NOT NULL,
    kind       text        NOT NULL,
    parameters jsonb       NOT NULL
);
COMMENT ON TABLE shopsmart.trained_models IS 'similarity models that can be read now, with the definition by which each was trained';

-- Similarities that the shop has named. The one that is_default is what the rebuild makes; without one that is rp3beta.
-- The names of the built-in models are taken.
CREATE TABLE shopsmart.model_definitions (
    name       text    NOT NULL PRIMARY KEY
               CONSTRAINT models_name_1_to_63 CHECK (pg_catalog.char_length(name) OPERATOR(pg_catalog.>=) 1 AND pg_catalog.char_length(name) OPERATOR(pg_catalog.<=) 63)
               CONSTRAINT models_name_not_built_in
               CHECK (name OPERATOR(pg_catalog.<>) ALL (ARRAY['cosine'::text, 'tf_idf'::text, 'bm25'::text, 'rp3beta'::text, 'llr'::text, 'ease'::text, 'slim'::text, 'ials'::text, 'session_knn'::text, 'popularity'::text, 'trending'::text, 'again'::text])),
    kind       text    NOT NULL
               CONSTRAINT models_kind CHECK (kind OPERATOR(pg_catalog.=) ANY (ARRAY['cosine'::text, 'tf_idf'::text, 'bm25'::text, 'rp3beta'::text, 'llr'::text, 'ease'::text, 'slim'::text, 'ials'::text, 'blend'::text])),
    parameters jsonb   NOT NULL DEFAULT '{}'
               -- A blend has two parts, each an object of a kind and its parameters.
               CONSTRAINT models_blend_of_two
               CHECK (kind OPERATOR(pg_catalog.<>) 'blend'::text
                      OR (parameters OPERATOR(pg_catalog.-) ARRAY['first'::text, 'second'::text, 'share'::text, 'history_events'::text, 'history_half_life'::text, 'history_exponent'::text, 'scored_neighbors'::text] OPERATOR(pg_catalog.=) '{}'::jsonb
                          AND parameters OPERATOR(pg_catalog.@?) '$ ? (@.first.type() == "object" && @.second.type() == "object")'::jsonpath
                          AND NOT parameters OPERATOR(pg_catalog.@?) '$.share ? (!(@.type() == "number" && @ > 0 && @ < 1))'::jsonpath
                          AND ARRAY['cosine'::text, 'tf_idf'::text, 'bm25'::text, 'rp3beta'::text, 'llr'::text, 'ease'::text, 'slim'::text, 'ials'::text]
                              OPERATOR(pg_catalog.@>) ARRAY[parameters OPERATOR(pg_catalog.#>>) '{first,kind}'::text[], parameters OPERATOR(pg_catalog.#>>) '{second,kind}'::text[]]))
               CONSTRAINT models_parameters_known
               CHECK (pg_catalog.jsonb_typeof(parameters) OPERATOR(pg_catalog.=) 'object'::text
                      AND (CASE WHEN kind OPERATOR(pg_catalog.=) 'blend'::text
                           THEN (parameters OPERATOR(pg_catalog.->) 'first'::text OPERATOR(pg_catalog.||) (parameters OPERATOR(pg_catalog.->) 'second'::text)) OPERATOR(pg_catalog.-) 'kind'::text
                           ELSE parameters OPERATOR(pg_catalog.-) ARRAY['history_events'::text, 'history_half_life'::text, 'history_exponent'::text, 'scored_neighbors'::text] END
                           OPERATOR(pg_catalog.-) ARRAY['shrinkage'::text, 'k1'::text, 'b'::text, 'alpha'::text, 'beta'::text, 'smoothing'::text, 'lambda'::text, 'l1'::text, 'l2'::text, 'candidates'::text, 'factors'::text, 'iterations'::text, 'regularization'::text, 'unobserved_weight'::text]) OPERATOR(pg_catalog.=) '{}'::jsonb)
               CONSTRAINT models_parameters_0_to_1e6
               CHECK (NOT CASE WHEN kind OPERATOR(pg_catalog.=) 'blend'::text
                          THEN (parameters OPERATOR(pg_catalog.-) ARRAY['share'::text, 'history_events'::text, 'history_half_life'::text, 'history_exponent'::text, 'scored_neighbors'::text]
                                OPERATOR(pg_catalog.#-) '{first,kind}'::text[] OPERATOR(pg_catalog.#-) '{second,kind}'::text[])
                               OPERATOR(pg_catalog.@?) 'strict $.*.* ? (!(@.type() == "number" && @ >= 0 && @ <= 1000000))'::jsonpath
                          ELSE parameters OPERATOR(pg_catalog.@?) 'strict $.* ? (!(@.type() == "number" && @ >= 0 && @ <= 1000000))'::jsonpath END
                      AND NOT parameters OPERATOR(pg_catalog.@?) '$.**.b ? (@ > 1)'::jsonpath
                      AND NOT parameters OPERATOR(pg_catalog.@?) '$.**.lambda ? (@ == 0)'::jsonpath
                      AND NOT parameters OPERATOR(pg_catalog.@?) '$.**.candidates ? (@ < 1 || @ > 1000)'::jsonpath
                      AND NOT parameters OPERATOR(pg_catalog.@?) '$.**.factors ? (@ < 1 || @ > 256)'::jsonpath
                      AND NOT parameters OPERATOR(pg_catalog.@?) '$.**.iterations ? (@ < 1 || @ > 100)'::jsonpath
                      AND NOT parameters OPERATOR(pg_catalog.@?) '$.**.regularization ? (@ < 0.000001)'::jsonpath)
               -- How histories are read for the model, whatever its kind: what is left out is as the settings of these names say.
               CONSTRAINT models_reading
               CHECK (NOT parameters OPERATOR(pg_catalog.@?) 'strict $.history_events ? (!(@.type() == "number" && @ >= 1 && @ <= 1000 && @ == @.floor()))'::jsonpath
                      AND NOT parameters OPERATOR(pg_catalog.@?) 'strict $.history_half_life ? (!(@.type() == "number" && @ >= 0 && @ <= 1000 && @ == @.floor()))'::jsonpath
                      AND NOT parameters OPERATOR(pg_catalog.@?) 'strict $.history_exponent ? (!(@.type() == "number" && @ >= 0 && @ <= 1))'::jsonpath
                      AND NOT parameters OPERATOR(pg_catalog.@?) 'strict $.scored_neighbors ? (!(@.type() == "number" && @ >= 1 && @ <= 1000 && @ == @.floor()))'::jsonpath),
    is_default boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX models_one_default ON shopsmart.model_definitions (is_default) WHERE is_default;
COMMENT ON TABLE shopsmart.model_definitions IS 'the part of shopsmart.models that the shop decides';
SELECT pg_catalog.pg_extension_config_dump('shopsmart.model_definitions', '');

-- Neighbors of a product in a model of kind similarity or baskets, best first (score descending, product id ascending).
CREATE TABLE shopsmart.neighbors (
    product_id   bigint  NOT NULL,
    generation   bigint  NOT NULL,
    neighbor_ids bigint[] NOT NULL,
    scores       double precision[] NOT NULL,
    co_counts    integer[] NOT NULL,
    PRIMARY KEY (product_id, generation)
);
COMMENT ON TABLE shopsmart.neighbors IS 'packed neighbor lists, one row a product and generation; read them through shopsmart.item_similarity and shopsmart.basket_affinity';

-- The newest past sessions of a product, newest first (model of kind sessions). window_products holds the products around this
-- one in each, one session behind the other; a session's end in it is in window_ends, the place of this product in places.
CREATE TABLE shopsmart.session_lists (
    product_id      bigint NOT NULL,
    generation      bigint NOT NULL,
    rarity          double precision NOT NULL,
    sessions        integer[] NOT NULL,
    weights         double precision[] NOT NULL,
    window_ends     integer[] NOT NULL,
    places          integer[] NOT NULL,
    window_products bigint[] NOT NULL,
    PRIMARY KEY (product_id, generation)
);
COMMENT ON TABLE shopsmart.session_lists IS 'packed past sessions, one row a product and generation, without users';

-- Ranked lists of kind trending (windows 24h, 7d, 30d) and popularity (window all), cut into rows of 100 products.
-- category_id -9223372036854775808 stands for the whole shop, so that the primary key has no NULL in it.
CREATE TABLE shopsmart.ranked_lists (
    generation  bigint  NOT NULL,
    time_window text    NOT NULL,
    category_id bigint  NOT NULL,
    first_rank  integer NOT NULL,
    product_ids bigint[] NOT NULL,
    scores      double precision[] NOT NULL,
    PRIMARY KEY (generation, time_window, category_id, first_rank)
);
COMMENT ON TABLE shopsmart.ranked_lists IS 'packed trending and popularity lists; read them through shopsmart.trending_scores';

-- The search index: for each word of the catalogue the products that hold it. A rebuild writes a generation; what changes
-- afterwards goes to search_changes. Rows fill pages, so that they are neither compressed nor moved out of line. The
-- configuration is noted by its name: pg_upgrade refuses a database that stores a regconfig.
CREATE TABLE shopsmart.search_indexes (
    generation              bigint           NOT NULL PRIMARY KEY,
    configuration           text             NOT NULL,
    documents               bigint           NOT NULL,
    mean_name_length        double precision NOT NULL,
    mean_description_length double precision NOT NULL
);
COMMENT ON TABLE shopsmart.search_indexes IS 'the generation of the search index: text search configuration and statistics';

CREATE TABLE shopsmart.search_postings (
    generation bigint  NOT NULL,
    term       text    COLLATE "C" NOT NULL,
    part       integer NOT NULL,
    documents  integer NOT NULL,
    postings   bytea   NOT NULL,
    PRIMARY KEY (generation, term, part)
);
ALTER TABLE shopsmart.search_postings ALTER COLUMN postings SET STORAGE PLAIN;
COMMENT ON TABLE shopsmart.search_postings IS 'packed lists of the products that hold a word, with what its score depends on';
COMMENT ON COLUMN shopsmart.search_postings.documents IS 'number of products in all parts';

CREATE TABLE shopsmart.search_documents (
    generation  bigint   NOT NULL,
    part        bigint   NOT NULL,
    product_ids bigint[] NOT NULL,
    PRIMARY KEY (generation, part)
);
ALTER TABLE shopsmart.search_documents ALTER COLUMN product_ids SET STORAGE PLAIN;
COMMENT ON TABLE shopsmart.search_documents IS 'the products by which search_postings numbers them';

-- Words as they are written, by length in bytes: what queries are corrected by.
CREATE TABLE shopsmart.search_words (
    generation bigint  NOT NULL,
    length     bigint  NOT NULL,
    part       integer NOT NULL,
    words      bytea   NOT NULL,
    PRIMARY KEY (generation, length, part)
);
ALTER TABLE shopsmart.search_words ALTER COLUMN words SET STORAGE PLAIN;
COMMENT ON TABLE shopsmart.search_words IS 'packed words of names, brands and categories, by length: the letters of each, and how many products have it';

CREATE TABLE shopsmart.search_names (
    generation bigint NOT NULL,
    part       bigint NOT NULL,
    names      bytea  NOT NULL,
    PRIMARY KEY (generation, part)
);
ALTER TABLE shopsmart.search_names ALTER COLUMN names SET STORAGE PLAIN;
COMMENT ON TABLE shopsmart.search_names IS 'packed names of the brands and categories with most products, as suggestions know them';

-- By the stems of its words: what a query means by a name.
CREATE TABLE shopsmart.search_phrases (
    generation bigint  NOT NULL,
    phrase     text    COLLATE "C" NOT NULL,
    field      text    NOT NULL,
    products   bigint  NOT NULL,
    is_certain boolean NOT NULL,
    adds       jsonb   NOT NULL,
    PRIMARY KEY (generation, phrase)
);
COMMENT ON TABLE shopsmart.search_phrases IS 'names of brands, categories and values of attributes that queries are understood by';

-- Logged queries that may be shown to others, by the words in which what is typed is looked for. Made anew by the job search_log.
CREATE TABLE shopsmart.suggested_queries (
    normalized_query text   COLLATE "C" NOT NULL PRIMARY KEY,
    query            text   NOT NULL,
    users            bigint NOT NULL
);
COMMENT ON TABLE shopsmart.suggested_queries IS 'logged queries that so many users typed that they may be suggested to others';

CREATE SEQUENCE shopsmart.search_change_seq AS bigint;
COMMENT ON SEQUENCE shopsmart.search_change_seq IS 'numbers the rows of shopsmart.search_changes';

-- Rows are added and, by a rebuild, deleted; never updated: writers wait for nobody. Of the rows of a product the last counts.
CREATE TABLE shopsmart.search_changes (
    product_id  bigint    NOT NULL,
    change_id   bigint    NOT NULL,
    terms       text[]    COLLATE "C" NOT NULL,
    occurrences integer[] NOT NULL,
    PRIMARY KEY (product_id, change_id)
);
CREATE INDEX search_changes_terms ON shopsmart.search_changes USING gin (terms) WITH (gin_pending_list_limit = 256);
COMMENT ON TABLE shopsmart.search_changes IS 'words of products whose text changed since the search index was rebuilt';

-- Measured quality: one row of evaluation_runs for each call of shopsmart_evaluate(), and its figures.
CREATE SEQUENCE shopsmart.evaluation_run_seq AS bigint;
COMMENT ON SEQUENCE shopsmart.evaluation_run_seq IS 'numbers the runs of shopsmart_evaluate()';

CREATE TABLE shopsmart.evaluation_runs (
    run_id     bigint NOT NULL PRIMARY KEY,
    started_at timestamptz NOT NULL,
    seconds    double precision NOT NULL,
    split      text NOT NULL,
    split_at   timestamptz NOT NULL,
    as_of      timestamptz NOT NULL,
    lookback   interval NOT NULL,
    seed       bigint NOT NULL,
    users      bigint NOT NULL,
    parameters jsonb NOT NULL
);
COMMENT ON TABLE shopsmart.evaluation_runs IS 'runs of shopsmart_evaluate(): how the events were split, and with which arguments and settings';

CREATE TABLE shopsmart.evaluation_metrics (
    run_id bigint NOT NULL,
    model text NOT NULL,
    segment text NOT NULL,
    k integer NOT NULL,
    users bigint NOT NULL,
    recall double precision NOT NULL,     recall_low double precision NOT NULL, recall_high double precision NOT NULL,
    precision double precision NOT NULL,  precision_low double precision NOT NULL, precision_high double precision NOT NULL,
    hit_rate double precision NOT NULL,   hit_rate_low double precision NOT NULL, hit_rate_high double precision NOT NULL,
    ndcg double precision NOT NULL,       ndcg_low double precision NOT NULL, ndcg_high double precision NOT NULL,
    mrr double precision NOT NULL,        mrr_low double precision NOT NULL, mrr_high double precision NOT NULL,
    map double precision NOT NULL,        map_low double precision NOT NULL, map_high double precision NOT NULL,
    ndcg_gain double precision,           ndcg_gain_low double precision, ndcg_gain_high double precision,
    coverage double precision NOT NULL,
    novelty double precision,
    popularity_bias double precision,
    PRIMARY KEY (run_id, model, segment, k)
);
COMMENT ON TABLE shopsmart.evaluation_metrics IS 'figures of the runs of shopsmart_evaluate() by model, segment of users and k, with 95 % bootstrap intervals';

-- What differs from the defaults of the shipped jobs (which are in code: shopsmart.shipped_jobs()), and the shop's own jobs.
-- NULL stands for the default, so that a newer version may change it. Dumped, because it is the operator's.
CREATE TABLE shopsmart.job_settings (
    job         text NOT NULL PRIMARY KEY,
    function    text,
    schedule    interval,
    enabled     boolean,
    max_runtime interval,
    retry_pause interval,
    config      jsonb
);
COMMENT ON TABLE shopsmart.job_settings IS 'what differs from the defaults of shipped jobs, and the shop''s own jobs; written by shopsmart_alter_job() and its sisters';
COMMENT ON COLUMN shopsmart.job_settings.function IS 'quoted name of the function of a job of the shop''s own; NULL for shipped jobs';
SELECT pg_catalog.pg_extension_config_dump('shopsmart.job_settings', '');

-- One row a run. A worker commits the row before it begins to work, so that a run that was cut off leaves evidence.
CREATE TABLE shopsmart.job_runs (
    run_id      bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    job         text        NOT NULL,
    status      text        NOT NULL
                CHECK (status OPERATOR(pg_catalog.=) ANY (ARRAY['running'::text, 'succeeded'::text, 'skipped'::text, 'failed'::text])),
    started_by  text        NOT NULL CHECK (started_by OPERATOR(pg_catalog.=) ANY (ARRAY['worker'::text, 'call'::text])),
    pid         integer     NOT NULL,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz,
    rows        bigint,
    state       jsonb,
    sqlstate    text,
    message     text,
    detail      text,
    PRIMARY KEY (job, run_id)
);
COMMENT ON TABLE shopsmart.job_runs IS 'what became of each run of a job; the job history bounds it';
COMMENT ON COLUMN shopsmart.job_runs.state IS 'what the job wants to know at its next run';
COMMENT ON SEQUENCE shopsmart.job_runs_run_id_seq IS 'numbers the runs of all jobs';

-- Proof that somebody was erased, without a word about who.
CREATE TABLE shopsmart.erasures (
    erasure_id uuid        NOT NULL DEFAULT pg_catalog.gen_random_uuid() PRIMARY KEY,
    erased_at  timestamptz NOT NULL,
    erased_by  text        NOT NULL,
    events     bigint      NOT NULL,
    event_keys bigint      NOT NULL,
    searches   bigint      NOT NULL
);
COMMENT ON TABLE shopsmart.erasures IS 'one row for each user that was erased: when, by which role, how much; nothing about the person';
SELECT pg_catalog.pg_extension_config_dump('shopsmart.erasures', '');

-- Whether and where searches are logged. The tables are the shop's own.
CREATE TABLE shopsmart.search_log (
    singleton     boolean  NOT NULL DEFAULT true PRIMARY KEY CHECK (singleton),
    searches      regclass NOT NULL,
    search_clicks regclass NOT NULL
);
COMMENT ON TABLE shopsmart.search_log IS 'where searches are logged: one row, written by shopsmart_setup_search_log(); no row, no log';
SELECT pg_catalog.pg_extension_config_dump('shopsmart.search_log', '');
