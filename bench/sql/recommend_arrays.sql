WITH history AS MATERIALIZED (
    SELECT e.product_id, t.weight
    FROM (SELECT e.product_id, e.event_type
          FROM shop.events e
          WHERE e.user_id = (SELECT u.user_id FROM shop.users u WHERE u.external_id = 'u' || :user) AND e.occurred_at <= now()
          ORDER BY e.occurred_at DESC, e.event_id DESC
          LIMIT 50) e
    JOIN shop.event_types t USING (event_type)
)
SELECT c.product_id, c.score
FROM (SELECT n.neighbor_id AS product_id, sum(h.weight * n.score) AS score
      FROM (SELECT product_id, sum(weight) AS weight FROM history GROUP BY product_id) h
      JOIN plain_model.arrays a ON a.product_id = h.product_id
      CROSS JOIN LATERAL unnest(a.neighbor_ids, a.scores) AS n(neighbor_id, score)
      WHERE n.neighbor_id NOT IN (SELECT product_id FROM history)
      GROUP BY n.neighbor_id
      ORDER BY score DESC, product_id) c
-- A subquery in place of a join: evaluated best candidate first, for the few that the limit lets through.
WHERE (SELECT p.is_active FROM shop.products p WHERE p.product_id = c.product_id)
ORDER BY c.score DESC, c.product_id
LIMIT 10;
