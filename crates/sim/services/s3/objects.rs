//! What lies in a bucket: listings in the order of the keys, folded at a delimiter, and the objects themselves.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{absent, root};
use crate::description::Bucket;
use crate::failure::Failure;
use crate::http::Request;
use crate::reply::Reply;
use crate::services::Answer;
use crate::services::page::{page, size};
use crate::xml::Element;

/// A line of a listing.
enum Entry<'a> {
    Key(&'a str, usize),
    Folder(&'a str),
}

pub(super) fn list(request: &Request, bucket: &Bucket) -> Answer {
    let prefix = request.text("prefix").unwrap_or_default();
    let after = request.text("start-after").unwrap_or_default();
    let delimiter = request.text("delimiter").filter(|text| !text.is_empty());
    let mut objects: Vec<(&str, usize)> = bucket
        .objects
        .iter()
        .map(|object| (object.key.as_str(), object.body.len()))
        .filter(|(key, _)| key.starts_with(prefix) && *key > after)
        .collect();
    objects.sort_unstable();
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for (key, length) in objects {
        let behind = key.get(prefix.len()..).unwrap_or_default();
        let end = delimiter.and_then(|delimiter| Some(behind.find(delimiter)? + delimiter.len()));
        match end.and_then(|end| key.get(..prefix.len() + end)) {
            Some(folder) => {
                let known = matches!(entries.last(), Some(Entry::Folder(last)) if *last == folder);
                if !known {
                    entries.push(Entry::Folder(folder));
                }
            }
            None => entries.push(Entry::Key(key, length)),
        }
    }
    let found = size(request.number("max-keys"), 1000)
        .and_then(|size| page(&entries, request.text("continuation-token"), size))
        .ok_or_else(|| Failure::new(400, "InvalidArgument", "Argument is not valid"))?;
    let written = found.items.iter().map(|entry| match entry {
        Entry::Key(key, length) => Element::new("Contents")
            .child(Element::leaf("Key", key))
            .child(Element::leaf("Size", length)),
        Entry::Folder(folder) => {
            Element::new("CommonPrefixes").child(Element::leaf("Prefix", folder))
        }
    });
    Ok(Reply::xml(
        root("ListBucketResult")
            .child(Element::leaf("Name", &bucket.name))
            .child(Element::leaf("IsTruncated", found.next.is_some()))
            .children(written)
            .maybe("NextContinuationToken", found.next),
    ))
}

pub(super) fn get(request: &Request, bucket: &Bucket) -> Answer {
    let object = bucket.objects.iter().find(|object| object.key == request.key);
    let object = object.ok_or_else(|| absent("NoSuchKey", "The specified key does not exist."))?;
    if object.read_denied {
        let resource = format!("on resource: \"arn:aws:s3:::{}/{}\"", bucket.name, object.key);
        return Err(Failure::denied(request, &resource));
    }
    if let Some(key) = &object.decrypt_denied {
        // The bucket allows it, and S3 is refused at the key: the action is not the call's own.
        let caller = request.principal_arn();
        let told = format!(
            "User: {caller} is not authorized to perform: kms:Decrypt on resource: {key} because no resource-based \
             policy allows the kms:Decrypt action"
        );
        return Err(Failure::new(403, "AccessDenied", told));
    }
    let bytes = STANDARD
        .decode(&object.body)
        .map_err(|_| Failure::new(500, "InternalError", "the object's body is not Base64"))?;
    let metadata = [
        ("x-amz-meta-signature", &object.signature),
        ("x-amz-meta-signature-algorithm", &object.signature_algorithm),
        ("x-amz-meta-backfill-generation-timestamp", &object.backfill_generation_timestamp),
    ];
    let mut reply = Reply::bytes(bytes);
    for (name, value) in metadata {
        if let Some(value) = value {
            reply = reply.header(name, value);
        }
    }
    Ok(reply)
}
