/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "opener.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

#include "lib/net/tls_record.h"

enum {
	HEADER_BYTES = 5,
	TAG_BYTES = 16,
	SALT_BYTES = 4, /* GCM in TLS 1.2 (RFC 5288): and so many it sends */
	EXPLICIT_BYTES = 8,
	LABEL_MAX = 16,
};

static const struct suite {
	const char *cipher, *digest;
	unsigned key_bytes, secret_bytes;
	uint16_t number;
	bool is_1_3;
	bool salted; /* GCM in TLS 1.2 */
} suites[] = {
	{ "AES-128-GCM", "SHA256", 16, 32, 0x1301, true, false },
	{ "AES-256-GCM", "SHA384", 32, 48, 0x1302, true, false },
	{ "ChaCha20-Poly1305", "SHA256", 32, 32, 0x1303, true, false },
	{ "AES-128-GCM", "SHA256", 16, 48, 0x009c, false, true },
	{ "AES-256-GCM", "SHA384", 32, 48, 0x009d, false, true },
	{ "AES-128-GCM", "SHA256", 16, 48, 0x009e, false, true },
	{ "AES-256-GCM", "SHA384", 32, 48, 0x009f, false, true },
	{ "AES-128-GCM", "SHA256", 16, 48, 0xc02b, false, true },
	{ "AES-256-GCM", "SHA384", 32, 48, 0xc02c, false, true },
	{ "AES-128-GCM", "SHA256", 16, 48, 0xc02f, false, true },
	{ "AES-256-GCM", "SHA384", 32, 48, 0xc030, false, true },
	{ "ChaCha20-Poly1305", "SHA256", 32, 48, 0xcca8, false, false },
	{ "ChaCha20-Poly1305", "SHA256", 32, 48, 0xcca9, false, false },
	{ "ChaCha20-Poly1305", "SHA256", 32, 48, 0xccaa, false, false },
};

static const struct suite *suite_of(uint16_t number)
{
	for (size_t i = 0; i < sizeof(suites) / sizeof(*suites); i++)
		if (suites[i].number == number)
			return &suites[i];
	return NULL;
}

bool opener_knows(uint16_t suite)
{
	return suite_of(suite);
}

/* Has the function of that name give `len` bytes. */
static bool derive(const char *name, const OSSL_PARAM *parameters, uint8_t *out,
	size_t len)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, name, NULL);
	EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	bool good =
		context && EVP_KDF_derive(context, out, len, parameters) > 0;

	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
	return good;
}

/* HKDF-Expand-Label with no context (RFC 8446, section 7.1). */
static bool expand(const struct suite *suite, const struct keylog_secret *from,
	const char *label, uint8_t *out, size_t len)
{
	static const char prefix[] = "tls13 ";
	uint8_t info[2 + 1 + sizeof(prefix) + LABEL_MAX + 1];
	size_t text = strlen(prefix) + strlen(label), used = 0;
	int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;

	info[used++] = (uint8_t)(len >> 8);
	info[used++] = (uint8_t)len;
	info[used++] = (uint8_t)text;
	memcpy(info + used, prefix, strlen(prefix));
	memcpy(info + used + strlen(prefix), label, strlen(label));
	used += text;
	info[used++] = 0;
	const OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
		OSSL_PARAM_construct_utf8_string(
			OSSL_KDF_PARAM_DIGEST, (char *)suite->digest, 0),
		OSSL_PARAM_construct_octet_string(
			OSSL_KDF_PARAM_KEY, (void *)from->bytes, from->len),
		OSSL_PARAM_construct_octet_string(
			OSSL_KDF_PARAM_INFO, info, used),
		OSSL_PARAM_construct_end(),
	};

	return derive("HKDF", parameters, out, len);
}

bool opener_begin(struct opener *opener, uint16_t number,
	const struct keylog_secret *secret)
{
	const struct suite *suite = suite_of(number);
	struct opener begun = { .suite = number, .is_1_3 = true };

	if (!suite || !suite->is_1_3 || secret->len != suite->secret_bytes)
		return false;
	begun.secret = *secret;
	if (!expand(suite, secret, "key", begun.key, suite->key_bytes) ||
		!expand(suite, secret, "iv", begun.iv, OPENER_IV_MAX))
		return false;
	*opener = begun;
	return true;
}

bool opener_update(struct opener *opener)
{
	const struct suite *suite = suite_of(opener->suite);
	struct keylog_secret next = { .len = opener->secret.len };

	return suite && opener->is_1_3 &&
		expand(suite, &opener->secret, "traffic upd", next.bytes,
			next.len) &&
		opener_begin(opener, opener->suite, &next);
}

bool opener_begin_1_2(struct opener *opener, uint16_t number, enum side sender,
	const struct keylog_secret *master, const uint8_t client_random[32],
	const uint8_t server_random[32])
{
	static const char label[] = "key expansion";
	const struct suite *suite = suite_of(number);
	struct opener begun = { .suite = number };
	uint8_t block[2 * (OPENER_KEY_MAX + OPENER_IV_MAX)];

	if (!suite || suite->is_1_3 || master->len != suite->secret_bytes)
		return false;
	size_t key = suite->key_bytes;
	size_t iv = suite->salted ? SALT_BYTES : OPENER_IV_MAX;
	const OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(
			OSSL_KDF_PARAM_DIGEST, (char *)suite->digest, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET,
			(void *)master->bytes, master->len),
		OSSL_PARAM_construct_octet_string(
			OSSL_KDF_PARAM_SEED, (void *)label, strlen(label)),
		OSSL_PARAM_construct_octet_string(
			OSSL_KDF_PARAM_SEED, (void *)server_random, 32),
		OSSL_PARAM_construct_octet_string(
			OSSL_KDF_PARAM_SEED, (void *)client_random, 32),
		OSSL_PARAM_construct_end(),
	};

	if (!derive("TLS1-PRF", parameters, block, 2 * (key + iv)))
		return false;
	memcpy(begun.key, block + (size_t)sender * key, key);
	memcpy(begun.iv, block + 2 * key + (size_t)sender * iv, iv);
	*opener = begun;
	return true;
}

/* A number in the last eight bytes, big-endian, mixed with what is there. */
static void mix(uint8_t *end, uint64_t number)
{
	for (size_t i = 1; i <= 8; i++, number >>= 8)
		*(end - i) ^= (uint8_t)number;
}

/* Additional data (RFC 8446, 5.2; RFC 5246, 6.2.3.3). Returns its length. */
static size_t add_data(const struct opener *opener, const uint8_t *header,
	size_t inside, uint8_t data[8 + HEADER_BYTES])
{
	if (opener->is_1_3) {
		memcpy(data, header, HEADER_BYTES);
		return HEADER_BYTES;
	}
	memset(data, 0, 8);
	mix(data + 8, opener->next);
	memcpy(data + 8, header, 3);
	data[11] = (uint8_t)(inside >> 8);
	data[12] = (uint8_t)inside;
	return 8 + HEADER_BYTES;
}

/* `sealed` of `inside` bytes, and behind them the tag. */
static bool decrypt(const struct opener *opener, const struct suite *suite,
	const uint8_t *nonce, const uint8_t *header, const uint8_t *sealed,
	size_t inside, uint8_t *out)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, suite->cipher, NULL);
	EVP_CIPHER_CTX *context = cipher ? EVP_CIPHER_CTX_new() : NULL;
	uint8_t data[8 + HEADER_BYTES], rest[TAG_BYTES];
	size_t data_len = add_data(opener, header, inside, data);
	int n;
	bool good = context &&
		EVP_DecryptInit_ex2(context, cipher, opener->key, nonce, NULL) >
			0 &&
		EVP_DecryptUpdate(context, NULL, &n, data, (int)data_len) > 0 &&
		EVP_DecryptUpdate(context, out, &n, sealed, (int)inside) > 0 &&
		EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES,
			(void *)(sealed + inside)) > 0 &&
		EVP_DecryptFinal_ex(context, rest, &n) > 0;

	EVP_CIPHER_CTX_free(context);
	EVP_CIPHER_free(cipher);
	return good;
}

bool opener_open(struct opener *opener, const uint8_t *header,
	const uint8_t *sealed, size_t len, uint8_t *out, size_t *out_len)
{
	const struct suite *suite = suite_of(opener->suite);
	uint8_t nonce[OPENER_IV_MAX];
	size_t explicit_bytes = suite && suite->salted ? EXPLICIT_BYTES : 0;

	if (!suite || len < explicit_bytes + TAG_BYTES)
		return false;
	memcpy(nonce, opener->iv, sizeof(nonce));
	if (explicit_bytes)
		memcpy(nonce + SALT_BYTES, sealed, EXPLICIT_BYTES);
	else
		mix(nonce + sizeof(nonce), opener->next);
	*out_len = len - explicit_bytes - TAG_BYTES;
	if (!decrypt(opener, suite, nonce, header, sealed + explicit_bytes,
		    *out_len, out))
		return false;
	opener->next++;
	return true;
}
