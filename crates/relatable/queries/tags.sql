SELECT t.name AS tag, count(*) AS contacts,
       sum(CASE WHEN c.role = 'user' THEN 1 ELSE 0 END) AS users,
       sum(CASE WHEN c.role = 'lead' THEN 1 ELSE 0 END) AS leads
FROM contact_tags AS l
JOIN tags AS t ON t.id = l.tag_id
JOIN contacts AS c ON c.id = l.contact_id
GROUP BY t.id, t.name
ORDER BY contacts DESC, t.name
LIMIT 5
