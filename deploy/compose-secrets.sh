#!/bin/sh
# Makes the secrets of compose-many.yaml, once, in the folder "secrets" beside this file.
# Files are mounted as they are: who runs in a container may read them, and nobody else reaches
# the folder.
set -eu
folder=$(dirname "$0")/secrets
mkdir -p "$folder"
chmod 700 "$folder"

random() {
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

keep() {
    if [ ! -s "$folder/$1" ]; then
        printf '%s' "$2" > "$folder/$1.new"
        chmod 644 "$folder/$1.new"
        mv "$folder/$1.new" "$folder/$1"
    fi
}

keep secret-key "$(random)"
keep database-password "$(random)"
keep database-url "postgresql://blog:$(cat "$folder/database-password")@database/blog"
keep s3-access-key "blog$(random | cut -c1-16)"
keep s3-secret-key "$(random)"
