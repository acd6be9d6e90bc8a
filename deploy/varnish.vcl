# Varnish 6.6 or later in front of a blog that tells it what has changed:
#
#   BLOG_PURGE_URL=http://127.0.0.1:6081/
#   BLOG_PURGE_PRESET=varnish
#
# It keeps what the blog lets it keep (CDN-Cache-Control, RFC 9213), and nothing else. TLS is
# somebody else's, in front of it: nginx, Caddy, hitch. No module beyond those of Varnish itself.
vcl 4.1;

import std;

backend blog {
    .host = "127.0.0.1";
    .port = "8000";
    .connect_timeout = 2s;
    .first_byte_timeout = 60s;
    .between_bytes_timeout = 60s;
}

# Who may say what has changed: the machines that the blog runs on.
acl purgers {
    "127.0.0.1";
    "::1";
}

sub vcl_recv {
    if (req.method == "PURGE") {
        # Varnish adds the client here. Whoever came through a proxy on this machine has two.
        if (client.ip !~ purgers || req.http.X-Forwarded-For ~ ",") {
            return (synth(403, "Not from there"));
        }
        if (req.http.X-Cache-Tags !~ "^[a-z0-9-]+(\|[a-z0-9-]+)*$") {
            return (synth(400, "No keys"));
        }
        ban("obj.http.Cache-Tag ~ (^|,)(" + req.http.X-Cache-Tags + ")(,|$)");
        return (synth(200, "Purged"));
    }
    if (req.restarts == 0) {
        unset req.http.X-Stale;
    }
    # See vcl_hit: whoever comes again wants a new answer first, and an old one rather than none.
    if (req.http.X-Stale == "exists") {
        set req.grace = 0s;
    } elsif (req.http.X-Stale == "serve") {
        set req.grace = 365d;
    }

    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # Whoever is signed in meets the blog itself.
    if (req.http.Authorization || req.http.Cookie ~ "(^|[;,])\s*(__Host-)?session\s*=") {
        return (pass);
    }
    # Programs that would rather have Markdown get it at the same address, and no cache keeps it.
    if (req.http.Accept ~ "(?i)text/markdown") {
        return (pass);
    }
    # Of a blog under a path, put that before these.
    if (req.url ~ "(?i)^/(write|account|login|logout|invite|reset|preview|csp-report|healthz|readyz|metrics)(/|\?|$)") {
        return (pass);
    }
    # No public page reads one.
    unset req.http.Cookie;
    return (hash);
}

sub vcl_hit {
    # What is over goes out for as long as the blog allows while it is fetched anew (RFC 5861, 3).
    if (obj.ttl >= 0s || obj.ttl + std.duration(obj.http.X-Stale-While-Revalidate, 0s) >= 0s) {
        return (deliver);
    }
    # After that it is kept for when the blog does not answer (RFC 5861, 4).
    if (req.http.X-Stale == "serve") {
        return (deliver);
    }
    set req.http.X-Stale = "exists";
    return (restart);
}

sub vcl_backend_response {
    # An old answer is better than an error, and would be thrown away for any answer but an error.
    if (beresp.status >= 500) {
        if (bereq.is_bgfetch) {
            return (abandon);
        }
        if (bereq.http.X-Stale == "exists") {
            return (error(beresp.status));
        }
        set beresp.ttl = 0s;
        set beresp.grace = 0s;
        set beresp.uncacheable = true;
        return (deliver);
    }
    unset beresp.http.X-Stale-While-Revalidate;
    if (beresp.status == 200 && !beresp.http.Set-Cookie && beresp.http.CDN-Cache-Control ~ "max-age=[0-9]+") {
        set beresp.ttl = std.duration(regsub(beresp.http.CDN-Cache-Control, "^.*max-age=([0-9]+).*$", "\1s"), 0s);
        set beresp.grace = 0s;
        if (beresp.http.CDN-Cache-Control ~ "stale-while-revalidate=[0-9]+") {
            set beresp.http.X-Stale-While-Revalidate = regsub(beresp.http.CDN-Cache-Control, "^.*stale-while-revalidate=([0-9]+).*$", "\1s");
            set beresp.grace = std.duration(beresp.http.X-Stale-While-Revalidate, 0s);
        }
        if (beresp.http.CDN-Cache-Control ~ "stale-if-error=[0-9]+") {
            set beresp.grace = std.duration(regsub(beresp.http.CDN-Cache-Control, "^.*stale-if-error=([0-9]+).*$", "\1s"), 0s);
        }
        return (deliver);
    }
    # Images, styles and scripts say for how long themselves: their addresses change with them.
    if (beresp.status == 200 && !beresp.http.Set-Cookie && beresp.http.Cache-Control ~ "immutable") {
        set beresp.grace = 0s;
        return (deliver);
    }
    # Everything else is asked for each time, by all who want it at once.
    set beresp.ttl = 120s;
    set beresp.grace = 0s;
    set beresp.uncacheable = true;
    return (deliver);
}

sub vcl_backend_error {
    if (bereq.is_bgfetch) {
        return (abandon);
    }
    set beresp.http.Cache-Control = "no-store";
    set beresp.http.Retry-After = "10";
}

sub vcl_deliver {
    if (resp.status >= 500 && req.http.X-Stale == "exists") {
        set req.http.X-Stale = "serve";
        return (restart);
    }
    # For caches alone.
    unset resp.http.Cache-Tag;
    unset resp.http.CDN-Cache-Control;
    unset resp.http.X-Stale-While-Revalidate;
    unset resp.http.X-Varnish;
    unset resp.http.Via;
    if (obj.hits > 0) {
        set resp.http.X-Cache = "hit";
    } else {
        set resp.http.X-Cache = "miss";
    }
}

sub vcl_synth {
    set resp.http.Cache-Control = "no-store";
}
