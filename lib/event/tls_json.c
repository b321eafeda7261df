/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls_json.h"

#include <stdlib.h>

static int set(json_t *object, const char *key, const char *text)
{
	return text && *text
		? json_object_set_new(object, key, json_string(text))
		: 0;
}

static json_t *to_json(const struct tls_record *record)
{
	json_t *json = json_object();
	char description[TLS_DESCRIPTION_SIZE];
	int bad = 0;

	if (record->partial) {
		bad = json_object_set_new(json, "partial", json_true());
		if (record->length)
			bad |= json_object_set_new(json, "length",
				       json_integer(record->length)) |
				json_object_set_new(json, "there",
					json_integer(record->there));
	} else {
		tls_record_description(record, description);
		bad |= set(json, "type", tls_record_type_name(record->type));
		bad |= set(json, "description", description);
		if (record->type == TLS_ALERT && !record->encrypted)
			bad |= set(json, "level",
				tls_record_level_name(record->level));
		bad |= set(json, "version",
			tls_record_version_name(record->version));
		bad |= json_object_set_new(
			json, "length", json_integer(record->length));
		if (record->encrypted)
			bad |= json_object_set_new(
				json, "encrypted", json_true());
	}
	if (!bad)
		return json;
	json_decref(json);
	return NULL;
}

int tls_json_set(json_t *row, const struct tls_record *records, size_t count)
{
	json_t *list = count ? json_array() : NULL;
	int bad = 0;

	for (size_t i = 0; i < count; i++)
		bad |= json_array_append_new(list, to_json(&records[i]));
	return count ? json_object_set_new(row, "records", list) | bad : 0;
}

static const char *get(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static bool from_json(const json_t *json, struct tls_record *record)
{
	const char *type = get(json, "type"), *version = get(json, "version");
	const char *level = get(json, "level");
	const char *description = get(json, "description");

	*record = (struct tls_record){
		.partial = json_is_true(json_object_get(json, "partial")),
		.encrypted = json_is_true(json_object_get(json, "encrypted")),
		.length = (uint16_t)json_integer_value(
			json_object_get(json, "length")),
		.there = (uint16_t)json_integer_value(
			json_object_get(json, "there")),
	};
	if (record->partial)
		return true;
	return type && tls_record_type_parse(type, &record->type) &&
		(!version ||
			tls_record_version_parse(version, &record->version)) &&
		(!level || tls_record_level_parse(level, &record->level)) &&
		/* Without a description it would be another record. */
		(description ? tls_record_describe(record, description)
			     : record->encrypted || record->type != TLS_ALERT);
}

bool tls_json_get(const json_t *row, struct tls_record **records, size_t *count)
{
	const json_t *list = json_object_get(row, "records");

	*count = json_array_size(list);
	*records = *count ? calloc(*count, sizeof(**records)) : NULL;
	if (!*count)
		return true;
	bool good = *records;

	for (size_t i = 0; good && i < *count; i++)
		good = from_json(json_array_get(list, i), &(*records)[i]);
	if (good)
		return true;
	free(*records);
	*records = NULL;
	*count = 0;
	return false;
}
