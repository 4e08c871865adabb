SELECT o.name AS company,
       count(DISTINCT u.id) AS users,
       count(DISTINCT l.id) AS leads,
       count(DISTINCT k.conversation_id) AS conversations
FROM companies AS o
JOIN contact_companies AS m ON m.company_id = o.id
LEFT JOIN users AS u ON u.id = m.contact_id
LEFT JOIN leads AS l ON l.id = m.contact_id
LEFT JOIN conversation_contacts AS k ON k.contact_id = m.contact_id
GROUP BY o.id, o.name
ORDER BY conversations DESC, o.name
LIMIT 5
