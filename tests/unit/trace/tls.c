/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS records as libssl makes them, and as it never would. */
#include "gracelab/tls/dialogue.h"

#include <fcntl.h>
#include <jansson.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gracelab/record/record.h"
#include "gracelab/tls/opener.h"
#include "tests/unit/tap.h"

/* Both ends in memory, and what somebody makes of the bytes between them. */
struct pair {
	SSL_CTX *contexts[SIDES];
	SSL *ends[SIDES];
	char log[32]; /* the key log's path */
	struct keylog *keylog;
	struct tls_dialogue *dialogue;
	size_t cut; /* bytes are taken in pieces of this */
	/* What they told, "c:handshake client_hello; s:...", whole ones. */
	char told[4096];
	char text[256]; /* what was inside application_data */
	size_t text_bytes;
};

static const char *log_path(const SSL *ssl)
{
	return SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), 0);
}

static void write_key(const SSL *ssl, const char *line)
{
	FILE *out = fopen(log_path(ssl), "ae");

	if (!EXPECT(out))
		return;
	fprintf(out, "%s\n", line);
	fclose(out);
}

/* A certificate of its own, whose signatures are all as long. */
static void certify(SSL_CTX *context)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	X509 *x509 = X509_new();

	X509_set_version(x509, X509_VERSION_3);
	X509_gmtime_adj(X509_getm_notBefore(x509), 0);
	X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
	X509_set_pubkey(x509, key);
	EXPECT(X509_sign(x509, key, NULL) > 0);
	EXPECT(SSL_CTX_use_certificate(context, x509) > 0);
	EXPECT(SSL_CTX_use_PrivateKey(context, key) > 0);
	X509_free(x509);
	EVP_PKEY_free(key);
}

static bool begin(struct pair *pair, int version, const char *cipher)
{
	*pair = (struct pair){ .log = "/tmp/grace-keys-XXXXXX",
		.cut = SIZE_MAX };
	int fd = mkstemp(pair->log);

	if (!EXPECT(fd >= 0))
		return false;
	close(fd);
	pair->keylog = keylog_open(AT_FDCWD, pair->log);
	pair->dialogue = tls_dialogue_begin(pair->keylog);
	for (int side = 0; side < SIDES; side++) {
		SSL_CTX *context = SSL_CTX_new(TLS_method());

		pair->contexts[side] = context;
		SSL_CTX_set_min_proto_version(context, version);
		SSL_CTX_set_max_proto_version(context, version);
		if (version == TLS1_3_VERSION)
			SSL_CTX_set_ciphersuites(context, cipher);
		else
			SSL_CTX_set_cipher_list(context, cipher);
		SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
		SSL_CTX_set_num_tickets(context, 0);
		SSL_CTX_set_ex_data(context, 0, pair->log);
		SSL_CTX_set_keylog_callback(context, write_key);
		if (side == SERVER)
			certify(context);
		SSL *ssl = pair->ends[side] = SSL_new(context);

		SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
		if (side == SERVER)
			SSL_set_accept_state(ssl);
		else
			SSL_set_connect_state(ssl);
	}
	return pair->dialogue;
}

static void end(struct pair *pair)
{
	tls_dialogue_free(pair->dialogue);
	keylog_close(pair->keylog);
	for (int side = 0; side < SIDES; side++) {
		SSL_free(pair->ends[side]);
		SSL_CTX_free(pair->contexts[side]);
	}
	unlink(pair->log);
}

static void note(
	struct pair *pair, enum side sender, const struct tls_taken *taken)
{
	char text[TLS_TEXT_SIZE];

	for (size_t i = 0; i < taken->count; i++) {
		size_t used = strlen(pair->told);

		if (taken->records[i].partial)
			continue;
		tls_record_text(&taken->records[i], text);
		snprintf(pair->told + used, sizeof(pair->told) - used,
			"%c:%s; ", side_name(sender)[0], text);
	}
	if (taken->text_bytes + pair->text_bytes < sizeof(pair->text)) {
		if (taken->text_bytes)
			memcpy(pair->text + pair->text_bytes, taken->text,
				taken->text_bytes);
		pair->text_bytes += taken->text_bytes;
	}
}

static void look(
	struct pair *pair, enum side sender, const char *bytes, size_t len)
{
	for (size_t at = 0; at < len;) {
		struct tls_taken taken = { 0 };
		size_t some = len - at < pair->cut ? len - at : pair->cut;

		tls_dialogue_take(
			pair->dialogue, sender, bytes + at, some, &taken);
		note(pair, sender, &taken);
		tls_taken_free(&taken);
		at += some;
	}
}

/* What one end has to say goes to the other, and is looked at. */
static void carry(struct pair *pair, enum side sender)
{
	static char bytes[65536];
	BIO *from = SSL_get_wbio(pair->ends[sender]);
	BIO *to = SSL_get_rbio(pair->ends[side_other(sender)]);
	int len = BIO_read(from, bytes, sizeof(bytes));

	if (len <= 0)
		return;
	look(pair, sender, bytes, (size_t)len);
	BIO_write(to, bytes, len);
}

static void shake_hands(struct pair *pair)
{
	for (int i = 0; i < 4; i++)
		for (int side = 0; side < SIDES; side++) {
			SSL_do_handshake(pair->ends[side]);
			carry(pair, (enum side)side);
		}
	EXPECT(SSL_is_init_finished(pair->ends[CLIENT]));
	EXPECT(SSL_is_init_finished(pair->ends[SERVER]));
}

static void say(struct pair *pair, enum side sender, const char *text)
{
	char bytes[64];

	SSL_write(pair->ends[sender], text, (int)strlen(text));
	carry(pair, sender);
	SSL_read(pair->ends[side_other(sender)], bytes, sizeof(bytes));
}

static void notify(struct pair *pair, enum side sender)
{
	SSL_shutdown(pair->ends[sender]);
	carry(pair, sender);
}

static void talk(struct pair *pair)
{
	say(pair, CLIENT, "data1");
	say(pair, SERVER, "Hi, data1");
	notify(pair, CLIENT);
	notify(pair, SERVER);
}

static const struct {
	int version;
	const char *cipher;
} suites[] = {
	{ TLS1_3_VERSION, "TLS_AES_128_GCM_SHA256" },
	{ TLS1_3_VERSION, "TLS_AES_256_GCM_SHA384" },
	{ TLS1_3_VERSION, "TLS_CHACHA20_POLY1305_SHA256" },
	{ TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256" },
	{ TLS1_2_VERSION, "ECDHE-ECDSA-AES256-GCM-SHA384" },
	{ TLS1_2_VERSION, "ECDHE-ECDSA-CHACHA20-POLY1305" },
};

static const char told_1_3[] =
	"c:handshake client_hello; s:handshake server_hello; "
	"s:change_cipher_spec; s:handshake encrypted_extensions; "
	"s:handshake certificate; s:handshake certificate_verify; "
	"s:handshake finished; c:change_cipher_spec; c:handshake finished; "
	"c:application_data; s:application_data; c:alert close_notify; "
	"s:alert close_notify; ";

static const char told_1_2[] =
	"c:handshake client_hello; s:handshake server_hello; "
	"s:handshake certificate; s:handshake server_key_exchange; "
	"s:handshake server_hello_done; c:handshake client_key_exchange; "
	"c:change_cipher_spec; c:handshake finished; s:change_cipher_spec; "
	"s:handshake finished; c:application_data; s:application_data; "
	"c:alert close_notify; s:alert close_notify; ";

static void each_suite(size_t cut)
{
	for (size_t i = 0; i < sizeof(suites) / sizeof(*suites); i++) {
		struct pair pair;
		bool new = suites[i].version == TLS1_3_VERSION;

		tap_case("%s", suites[i].cipher);
		if (!begin(&pair, suites[i].version, suites[i].cipher))
			return;
		pair.cut = cut;
		EXPECT(!tls_dialogue_is_tls(pair.dialogue, CLIENT));
		shake_hands(&pair);
		EXPECT(tls_dialogue_is_secured(pair.dialogue));
		EXPECT_INT(
			suites[i].version, tls_dialogue_version(pair.dialogue));
		talk(&pair);
		EXPECT_TEXT(new ? told_1_3 : told_1_2, pair.told);
		EXPECT_BYTES("data1Hi, data1", 14, pair.text, pair.text_bytes);
		EXPECT(tls_dialogue_is_tls(pair.dialogue, CLIENT));
		end(&pair);
	}
}

static void opens_each_suite(void)
{
	each_suite(SIZE_MAX);
}

static void opens_byte_by_byte(void)
{
	each_suite(1);
}

static void guesses_nothing(void)
{
	struct pair pair;

	if (!begin(&pair, TLS1_3_VERSION, suites[0].cipher))
		return;
	tls_dialogue_free(pair.dialogue);
	pair.dialogue = tls_dialogue_begin(NULL);
	shake_hands(&pair);
	EXPECT(!tls_dialogue_is_secured(pair.dialogue));
	*pair.told = '\0';
	talk(&pair);
	EXPECT_TEXT("c:encrypted record (22 bytes); "
		    "s:encrypted record (26 bytes); "
		    "c:encrypted record (19 bytes); "
		    "s:encrypted record (19 bytes); ",
		pair.told);
	EXPECT_INT(0, pair.text_bytes);
	end(&pair);
	/* What is no AEAD is not opened either, and 1.2 tells the types. */
	if (!begin(&pair, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA"))
		return;
	shake_hands(&pair);
	EXPECT(tls_dialogue_is_secured(pair.dialogue));
	*pair.told = '\0';
	notify(&pair, CLIENT);
	EXPECT(!strncmp("c:encrypted alert (", pair.told, 19));
	end(&pair);
}

/* The log is not there until the handshake is over, as where only the peer
 * writes one. */
static void opens_once_keys_are_there(void)
{
	for (size_t i = 0; i < sizeof(suites) / sizeof(*suites); i++) {
		struct pair pair;
		char hidden[64];

		tap_case("%s", suites[i].cipher);
		if (!begin(&pair, suites[i].version, suites[i].cipher))
			return;
		keylog_close(pair.keylog);
		tls_dialogue_free(pair.dialogue);
		snprintf(hidden, sizeof(hidden), "%s.new", pair.log);
		pair.keylog = keylog_open(AT_FDCWD, hidden);
		pair.dialogue = tls_dialogue_begin(pair.keylog);
		shake_hands(&pair);
		say(&pair, CLIENT, "unseen");
		EXPECT_INT(0, pair.text_bytes);
		*pair.told = '\0';
		EXPECT(!rename(pair.log, hidden));
		talk(&pair);
		EXPECT_TEXT("c:application_data; s:application_data; "
			    "c:alert close_notify; s:alert close_notify; ",
			pair.told);
		EXPECT_BYTES("data1Hi, data1", 14, pair.text, pair.text_bytes);
		unlink(hidden);
		end(&pair);
	}
}

static void follows_key_updates(void)
{
	struct pair pair;

	if (!begin(&pair, TLS1_3_VERSION, suites[1].cipher))
		return;
	shake_hands(&pair);
	*pair.told = '\0';
	/* What pads a record is none of it (RFC 8446, section 5.4). */
	SSL_set_block_padding(pair.ends[CLIENT], 64);
	for (int i = 0; i < 2; i++) {
		SSL_key_update(pair.ends[CLIENT], SSL_KEY_UPDATE_NOT_REQUESTED);
		say(&pair, CLIENT, "again");
	}
	notify(&pair, CLIENT);
	EXPECT_TEXT("c:handshake key_update; c:application_data; "
		    "c:handshake key_update; c:application_data; "
		    "c:alert close_notify; ",
		pair.told);
	EXPECT_BYTES("againagain", 10, pair.text, pair.text_bytes);
	end(&pair);
}

/* As the client would seal it, with its number in the direction. */
static void forge(struct pair *pair, const char *inside, uint8_t number)
{
	uint8_t random[KEYLOG_RANDOM_BYTES], record[64] = "\x17\x03\x03";
	struct keylog_secret secret;
	struct opener opener;
	int n, len = (int)strlen(inside);
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();

	record[4] = (uint8_t)(len + 16);
	SSL_get_client_random(pair->ends[CLIENT], random, sizeof(random));
	if (EXPECT(keylog_find(
		    pair->keylog, KEYLOG_CLIENT_TRAFFIC, random, &secret)) &&
		EXPECT(opener_begin(&opener, 0x1301, &secret))) {
		opener.iv[OPENER_IV_MAX - 1] ^= number;
		EVP_EncryptInit_ex2(context, EVP_aes_128_gcm(), opener.key,
			opener.iv, NULL);
		EVP_EncryptUpdate(context, NULL, &n, record, 5);
		EVP_EncryptUpdate(
			context, record + 5, &n, (const uint8_t *)inside, len);
		EVP_EncryptFinal_ex(context, record + 5 + n, &n);
		EVP_CIPHER_CTX_ctrl(
			context, EVP_CTRL_AEAD_GET_TAG, 16, record + 5 + len);
		look(pair, CLIENT, (const char *)record, (size_t)len + 21);
	}
	EVP_CIPHER_CTX_free(context);
}

static void opens_what_is_forged(void)
{
	struct pair pair;

	if (!begin(&pair, TLS1_3_VERSION, suites[0].cipher))
		return;
	shake_hands(&pair);
	*pair.told = '\0';
	/* Types that are none, which JSON could not say; alerts that are not
	 * whole; and one that is. */
	forge(&pair, "x\x18", 0);
	forge(&pair, "x\xff", 1);
	forge(&pair, "\x15", 2);
	forge(&pair, "\x01\x15", 3);
	forge(&pair, "\x02\x28\x15", 4);
	EXPECT_TEXT("c:encrypted record (18 bytes); "
		    "c:encrypted record (18 bytes); "
		    "c:encrypted alert (17 bytes); "
		    "c:encrypted alert (18 bytes); "
		    "c:alert handshake_failure; ",
		pair.told);
	end(&pair);
}

static void look_alone(const char *bytes, size_t len, const char *told)
{
	struct pair pair = { .cut = SIZE_MAX,
		.dialogue = tls_dialogue_begin(NULL) };

	if (!EXPECT(pair.dialogue))
		return;
	look(&pair, CLIENT, bytes, len);
	EXPECT_TEXT(told, pair.told);
	/* What has begun as none is none at once. */
	EXPECT(*told || !tls_dialogue_is_tls(pair.dialogue, CLIENT));
	tls_dialogue_free(pair.dialogue);
}

#define LOOK_ALONE(bytes, told) look_alone(bytes, sizeof(bytes) - 1, told)

static void takes_only_records(void)
{
	/* Other protocols, and records that no handshake begins with. */
	LOOK_ALONE("GET / HTTP/1.0\r\n\r\n", "");
	LOOK_ALONE("\x17\x03\x03\x00\x01x", "");
	LOOK_ALONE("\x14\x03\x03\x00\x01\x01", "");
	LOOK_ALONE("\x18\x03\x03\x00\x01x", "");
	LOOK_ALONE("\x15\x02\x03\x00\x02\x02\x28", "");
	LOOK_ALONE("\x15\x03\x05\x00\x02\x02\x28", "");
	/* Longer than any may be: 2^14 + 2048 is still one. */
	LOOK_ALONE("\x16\x03\x01\x48\x01", "");
	LOOK_ALONE(
		"\x15\x03\x01\x00\x02\x02\x28", "c:alert handshake_failure; ");
	LOOK_ALONE("\x15\x03\x01\x00\x02\x02\x4d", "c:alert 77; ");
	/* What cannot be an alert in clear says nothing that is known. */
	LOOK_ALONE("\x15\x03\x01\x00\x03\x01\x00x",
		"c:encrypted alert (3 bytes); ");
	LOOK_ALONE("\x15\x03\x01\x00\x00", "c:encrypted alert (0 bytes); ");
	/* Behind what is none there is none. */
	LOOK_ALONE(
		"\x15\x03\x01\x00\x02\x01\x00GET\x15\x03\x01\x00\x02\x01\x00",
		"c:alert close_notify; ");
	/* Messages that are empty, cut, or too many to be named. */
	LOOK_ALONE("\x16\x03\x01\x00\x08\x0e\0\0\0\x0e\0\0\0",
		"c:handshake server_hello_done+server_hello_done; ");
	LOOK_ALONE("\x16\x03\x01\x00\x04\x01\xff\xff\xff\x16\x03\x01\x00\x02xx",
		"c:handshake client_hello; c:handshake; ");
	LOOK_ALONE("\x16\x03\x01\x00\x28"
		   "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		   "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
		"c:handshake hello_request+hello_request+hello_request+"
		"hello_request+hello_request+hello_request+hello_request+"
		"hello_request; ");
	/* Hellos that end before they say anything, or lie about lengths. */
	LOOK_ALONE("\x16\x03\x01\x00\x05\x01\0\0\1\3",
		"c:handshake client_hello; ");
	LOOK_ALONE("\x16\x03\x01\x00\x05\x02\0\0\1\3",
		"c:handshake server_hello; ");
}

/* What the last record says. */
#define EXPECT_PART(words)                                              \
	do {                                                            \
		char text[TLS_TEXT_SIZE] = "";                          \
                                                                        \
		if (taken.count)                                        \
			tls_record_text(                                \
				&taken.records[taken.count - 1], text); \
		EXPECT_TEXT(words, text);                               \
	} while (0)

static void tells_parts(void)
{
	static const char alert[] = "\x15\x03\x01\x00\x02\x01\x00\x15";
	struct tls_dialogue *dialogue = tls_dialogue_begin(NULL);
	struct tls_taken taken = { 0 };

	tls_dialogue_take(dialogue, SERVER, alert, 5, &taken);
	EXPECT_INT(1, taken.count);
	EXPECT(taken.count == 1 && taken.records[0].partial);
	EXPECT_PART("header of a record (2 bytes)");
	tls_taken_free(&taken);
	tls_dialogue_take(dialogue, SERVER, alert + 5, 3, &taken);
	EXPECT_INT(2, taken.count);
	EXPECT(taken.count == 2 && !taken.records[0].partial &&
		taken.records[1].partial);
	EXPECT_PART("part of a header");
	tls_taken_free(&taken);
	tls_dialogue_take(dialogue, SERVER, alert + 1, 5, &taken);
	EXPECT_PART("part of a record (1 of 2 bytes)");
	tls_taken_free(&taken);
	tls_dialogue_lose(dialogue, SERVER);
	tls_dialogue_take(dialogue, SERVER, alert, 7, &taken);
	EXPECT_INT(0, taken.count);
	EXPECT(!tls_dialogue_is_tls(dialogue, SERVER));
	tls_dialogue_lose(dialogue, CLIENT);
	tls_dialogue_take(dialogue, CLIENT, alert, 7, &taken);
	EXPECT_INT(0, taken.count);
	tls_taken_free(&taken);
	tls_dialogue_free(dialogue);
}

#define RANDOM                                                            \
	"000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1" \
	"F"

static void reads_key_logs(void)
{
	static const struct {
		const char *line;
		size_t secret; /* its bytes; 0: no line of ours */
	} lines[] = {
		{ "CLIENT_RANDOM " RANDOM " 0a0B", 2 },
		{ "CLIENT_RANDOM " RANDOM " 0a0b\r", 2 },
		{ "SERVER_TRAFFIC_SECRET_0 " RANDOM " " RANDOM, 32 },
		{ "CLIENT_RANDOM " RANDOM " " RANDOM RANDOM, 64 },
		{ "CLIENT_RANDOM " RANDOM " " RANDOM RANDOM "00", 0 },
		{ "CLIENT_RANDOM " RANDOM " 0a0", 0 },
		{ "CLIENT_RANDOM " RANDOM " 0g", 0 },
		{ "CLIENT_RANDOM " RANDOM " \x10\x19", 0 },
		{ "CLIENT_RANDOM " RANDOM " ", 0 },
		{ "CLIENT_RANDOM " RANDOM, 0 },
		{ "CLIENT_RANDOM  0a", 0 },
		{ "CLIENT_RANDOM 0001 0a", 0 },
		{ "CLIENT_RANDO " RANDOM " 0a", 0 },
		{ "EXPORTER_SECRET " RANDOM " 0a", 0 },
		{ "# comment", 0 },
		{ "", 0 },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		uint8_t client_random[KEYLOG_RANDOM_BYTES];
		struct keylog_secret secret = { 0 };
		enum keylog_label label;
		size_t len = strlen(lines[i].line);
		char *copy = malloc(len + 1);

		tap_case("%s", lines[i].line);
		memcpy(copy, lines[i].line, len);
		bool good =
			keylog_parse(copy, len, &label, client_random, &secret);

		EXPECT(good == (lines[i].secret > 0));
		if (good) {
			EXPECT_INT(lines[i].secret, secret.len);
			EXPECT_INT(31, client_random[31]);
		}
		free(copy);
	}
}

/* A line may come in two pieces, and one too long is passed over. */
static void reads_key_logs_as_they_grow(void)
{
	static const uint8_t client_random[KEYLOG_RANDOM_BYTES] = { 0, 1, 2, 3,
		4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
		21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 };
	char path[] = "/tmp/grace-keys-XXXXXX";
	int fd = mkstemp(path);
	struct keylog *keylog = keylog_open(AT_FDCWD, path);
	struct keylog_secret secret;

	dprintf(fd, "%2000d\nCLIENT_RANDOM " RANDOM, 1);
	EXPECT(!keylog_find(keylog, KEYLOG_MASTER, client_random, &secret));
	dprintf(fd, " 2a");
	EXPECT(!keylog_find(keylog, KEYLOG_MASTER, client_random, &secret));
	dprintf(fd, "\n");
	EXPECT(keylog_find(keylog, KEYLOG_MASTER, client_random, &secret));
	EXPECT(secret.len == 1 && secret.bytes[0] == 42);
	EXPECT(!keylog_find(
		keylog, KEYLOG_CLIENT_TRAFFIC, client_random, &secret));
	keylog_close(keylog);
	close(fd);
	unlink(path);
	EXPECT(!keylog_find(NULL, KEYLOG_MASTER, client_random, &secret));
}

static const struct tls_record records[] = {
	{ .type = TLS_ALERT,
		.level = 1,
		.version = TLS_RECORD_1_3,
		.length = 19 },
	{ .type = TLS_ALERT, .level = 2, .alert = 77, .length = 2 },
	{ .type = TLS_HANDSHAKE,
		.version = TLS_RECORD_1_2,
		.length = 400,
		.message_count = 2,
		.messages = { 1, 99 } },
	{ .type = TLS_HANDSHAKE },
	{ .type = TLS_APPLICATION_DATA, .encrypted = true, .length = 23 },
	{ .type = TLS_ALERT, .encrypted = true, .version = TLS_RECORD_1_2 },
	{ .type = TLS_CHANGE_CIPHER_SPEC, .length = 1 },
	{ .partial = true },
	{ .partial = true, .length = 250 },
	{ .partial = true, .length = 5190, .there = 1000 },
};

#define RECORDS (sizeof(records) / sizeof(*records))

static void keeps_records_as_json(void)
{
	struct record record = { 0 }, again;
	struct rung *rung;

	record.name = strdup("x");
	record.system = strdup("Linux");
	rung = record_add(&record, 0);
	rung->call = strdup("send");
	rung->records = tls_record_copy(records, RECORDS);
	rung->record_count = RECORDS;
	json_t *json = record_to_json(&record);
	json_t *list = json_object_get(
		json_array_get(json_object_get(json, "ladder"), 0), "records");

	EXPECT_TEXT("close_notify",
		json_string_value(json_object_get(
			json_array_get(list, 0), "description")));
	EXPECT_TEXT("warning",
		json_string_value(
			json_object_get(json_array_get(list, 0), "level")));
	EXPECT(!json_object_get(json_array_get(list, 5), "description"));
	EXPECT(record_from_json(&again, json));
	EXPECT_INT(RECORDS, again.rungs[0].record_count);
	for (size_t i = 0; i < again.rungs[0].record_count; i++) {
		const struct tls_record *got = &again.rungs[0].records[i];

		tap_case("record %zu", i);
		EXPECT(tls_record_is_same(&records[i], got));
		EXPECT_INT(records[i].version, got->version);
		EXPECT_INT(records[i].length, got->length);
		EXPECT_INT(records[i].there, got->there);
		EXPECT_INT(records[i].level, got->level);
	}
	record_free(&again);
	/* An alert that says not which is none, and not close_notify. */
	json_object_del(json_array_get(list, 0), "description");
	EXPECT(!record_from_json(&again, json));
	record_free(&again);
	json_decref(json);
	record_free(&record);
}

const struct tap_test tests_trace_tls[] = {
	{ "TLS: records of each version and suite are opened by the key log",
		opens_each_suite },
	{ "TLS: however their bytes are cut", opens_byte_by_byte },
	{ "TLS: without keys nothing is guessed", guesses_nothing },
	{ "TLS: keys that come late open what is behind them",
		opens_once_keys_are_there },
	{ "TLS: keys are followed through KeyUpdate", follows_key_updates },
	{ "TLS: what is sealed well and yet makes no sense is not known",
		opens_what_is_forged },
	{ "TLS: what is no record adds none, nor what is behind it",
		takes_only_records },
	{ "TLS: a part is told as one, and lost bytes end the records",
		tells_parts },
	{ "TLS: a key log's line is taken whole or not at all",
		reads_key_logs },
	{ "TLS: a key log is read as it grows", reads_key_logs_as_they_grow },
	{ "TLS: records are the same behind JSON", keeps_records_as_json },
	{ NULL, NULL },
};
