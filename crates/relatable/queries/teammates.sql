WITH sizes AS (
  SELECT c.admin_assignee_id AS admin_id, c.id, count(p.id) AS parts
  FROM conversations AS c
  LEFT JOIN conversation_parts AS p ON p.conversation_id = c.id
  GROUP BY c.admin_assignee_id, c.id
), ranked AS (
  SELECT admin_id, parts,
         row_number() OVER (PARTITION BY admin_id ORDER BY parts) AS place,
         count(*) OVER (PARTITION BY admin_id) AS conversations
  FROM sizes
)
SELECT a.name AS teammate, r.conversations, avg(r.parts) AS median_parts
FROM ranked AS r
JOIN admins AS a ON a.id = r.admin_id
WHERE 2 * r.place BETWEEN r.conversations AND r.conversations + 2
GROUP BY a.id, a.name, r.conversations
ORDER BY r.conversations DESC, a.name
LIMIT 5
