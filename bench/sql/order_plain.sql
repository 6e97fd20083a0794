WITH history AS MATERIALIZED (
    SELECT e.product_id, t.weight, row_number() OVER () AS newest
    FROM (SELECT e.product_id, e.event_type
          FROM shop.events e
          WHERE e.user_id = (SELECT u.user_id FROM shop.users u WHERE u.external_id = 'u' || :user) AND e.occurred_at <= now()
          ORDER BY e.occurred_at DESC, e.event_id DESC
          LIMIT 50) e
    JOIN shop.event_types t USING (event_type)
), seed AS MATERIALIZED (
    SELECT product_id, sum(weight) AS weight, min(newest) AS newest FROM history GROUP BY product_id
), candidate AS MATERIALIZED (
    SELECT n.neighbor_id AS product_id, sum(s.weight * n.score ORDER BY s.newest) AS score
    FROM seed s
    JOIN plain_model.arrays a ON a.product_id = s.product_id
    CROSS JOIN LATERAL unnest(a.neighbor_ids, a.scores) AS n(neighbor_id, score)
    GROUP BY n.neighbor_id
), home AS MATERIALIZED (
    SELECT p.category_id FROM seed s JOIN shop.products p USING (product_id) WHERE p.category_id IS NOT NULL
    GROUP BY p.category_id ORDER BY sum(s.weight) DESC, p.category_id LIMIT 1
)
SELECT p.product_id
FROM shop.products p
LEFT JOIN seed s ON s.product_id = p.product_id
LEFT JOIN candidate c ON c.product_id = p.product_id
LEFT JOIN plain_order.trending h ON h.product_id = p.product_id AND h.category_id = (SELECT category_id FROM home)
LEFT JOIN plain_order.trending g ON g.product_id = p.product_id AND g.category_id = 0
LEFT JOIN plain_order.popularity o ON o.product_id = p.product_id
WHERE p.is_active AND {condition}
ORDER BY s.newest NULLS FIRST, c.score DESC NULLS LAST, CASE WHEN c.score IS NOT NULL THEN p.product_id END,
         h.rank NULLS LAST, g.rank NULLS LAST, o.rank NULLS LAST, p.product_id DESC
LIMIT 10;
