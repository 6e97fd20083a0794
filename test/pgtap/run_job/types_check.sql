-- What the catalogue says of shopsmart_run_job.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_run_job',
    'job text, only_if_due boolean DEFAULT false, force boolean DEFAULT false',
    'SETOF shopsmart.job_runs',
    'v', true, 'u', 'plpgsql');

SELECT * FROM finish();
ROLLBACK;
