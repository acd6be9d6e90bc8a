"""An export of WordPress of any length: each post links to the next and shows a picture."""

from datetime import date, timedelta

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Old</title><link>https://old.example</link>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>https://old.example</wp:base_site_url>
<wp:base_blog_url>https://old.example</wp:base_blog_url>
<wp:author><wp:author_id>1</wp:author_id><wp:author_login>ada</wp:author_login>
<wp:author_email>ada@old.example</wp:author_email>
<wp:author_display_name>Ada Lovelace</wp:author_display_name></wp:author>
"""
POST = """<item><title>Post {n}</title><link>https://old.example/{n}/</link>
<dc:creator>ada</dc:creator><guid isPermaLink="false">https://old.example/?p={n}</guid>
<content:encoded><![CDATA[<p>{text} {n}. <a href="https://old.example/{next}/">On</a></p>
<p><img src="https://old.example/wp-content/uploads/{picture}.png" alt="x"></p>]]></content:encoded>
<wp:post_id>{n}</wp:post_id><wp:post_date>{day} 10:00:00</wp:post_date>
<wp:post_date_gmt>{day} 10:00:00</wp:post_date_gmt><wp:post_name>post-{n}</wp:post_name>
<wp:status>publish</wp:status><wp:post_parent>0</wp:post_parent><wp:post_type>post</wp:post_type>
<category domain="post_tag" nicename="tag-{tag}"><![CDATA[Tag {tag}]]></category>
<wp:comment><wp:comment_id>{n}</wp:comment_id><wp:comment_author>Grace</wp:comment_author>
<wp:comment_date_gmt>{day} 11:00:00</wp:comment_date_gmt>
<wp:comment_content>Yes.</wp:comment_content>
<wp:comment_approved>1</wp:comment_approved><wp:comment_type>comment</wp:comment_type>
<wp:comment_parent>0</wp:comment_parent></wp:comment>
</item>
"""


def write_export(path, count, text="Text"):
    """Write so many posts that say ``text``; returns the path."""
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        for number in range(1, count + 1):
            day = date(2024, 3, 5) - timedelta(days=number % 4000)
            said = {"next": number % count + 1, "picture": number % 5, "tag": number % 7}
            file.write(POST.format(n=number, day=day, text=text, **said))
        file.write("</channel></rss>")
    return path
