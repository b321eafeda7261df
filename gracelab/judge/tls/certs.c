/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "certs.h"

#include <errno.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/folder.h"
#include "lib/base/names.h"

/* From a day ago, for clocks that differ, to so many days ahead. */
#define DAY_S (24 * 60 * 60)
#define DAYS  30

struct identity {
	EVP_PKEY *key;
	X509 *certificate;
};

static void free_identity(struct identity *identity)
{
	EVP_PKEY_free(identity->key);
	X509_free(identity->certificate);
}

struct extension {
	int name;
	const char *value;
};

/* What RFC 5280 section 4.2 asks for, which some clients insist on. */
static const struct extension authority_extensions[] = {
	{ NID_basic_constraints, "critical,CA:TRUE" },
	{ NID_key_usage, "critical,keyCertSign,cRLSign" },
	{ NID_subject_key_identifier, "hash" },
	{ 0 },
};

/* Some look for an address among the names alone. */
static const struct extension server_extensions[] = {
	{ NID_basic_constraints, "critical,CA:FALSE" },
	{ NID_key_usage, "critical,digitalSignature" },
	{ NID_ext_key_usage, "serverAuth" },
	{ NID_subject_key_identifier, "hash" },
	{ NID_authority_key_identifier, "keyid:always" },
	{ NID_subject_alt_name,
		"DNS:localhost,DNS:127.0.0.1,IP:127.0.0.1,IP:::1" },
	{ 0 },
};

static bool add_extensions(
	X509 *certificate, X509 *issuer, const struct extension *extensions)
{
	X509V3_CTX context;
	bool added = true;

	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	for (; extensions->value && added; extensions++) {
		X509_EXTENSION *extension = X509V3_EXT_conf_nid(
			NULL, &context, extensions->name, extensions->value);

		added = extension && X509_add_ext(certificate, extension, -1);
		X509_EXTENSION_free(extension);
	}
	return added;
}

static bool set_serial(X509 *certificate)
{
	unsigned char random[8];
	uint64_t serial;

	if (RAND_bytes(random, sizeof(random)) != 1)
		return false;
	memcpy(&serial, random, sizeof(serial));
	return ASN1_INTEGER_set_uint64(
		X509_get_serialNumber(certificate), serial >> 1);
}

/* A key and a certificate for `name`, signed by `authority`; NULL: itself. */
static bool make(struct identity *identity, const char *name,
	const struct identity *authority)
{
	identity->key = EVP_EC_gen("P-256");
	identity->certificate = X509_new();
	if (!identity->key || !identity->certificate)
		return false;
	const struct identity *by = authority ? authority : identity;
	X509 *certificate = identity->certificate;
	X509_NAME *subject = X509_get_subject_name(certificate);

	return X509_set_version(certificate, X509_VERSION_3) &&
		set_serial(certificate) &&
		X509_gmtime_adj(X509_getm_notBefore(certificate), -DAY_S) &&
		X509_gmtime_adj(
			X509_getm_notAfter(certificate), DAYS * DAY_S) &&
		X509_set_pubkey(certificate, identity->key) &&
		X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
			(const unsigned char *)name, -1, -1, 0) &&
		X509_set_issuer_name(
			certificate, X509_get_subject_name(by->certificate)) &&
		add_extensions(certificate, by->certificate,
			authority ? server_extensions : authority_extensions) &&
		X509_sign(certificate, by->key, EVP_sha256());
}

/* Writes what is not NULL; false with errno. */
static bool write_file(const char *path, X509 *certificate, EVP_PKEY *key)
{
	FILE *file = fopen(path, "wxe");
	bool written;

	if (!file)
		return false;
	written = (!certificate || PEM_write_X509(file, certificate)) &&
		(!key ||
			PEM_write_PrivateKey(
				file, key, NULL, NULL, 0, NULL, NULL));
	if (fclose(file))
		written = false;
	return written && !chmod(path, 0644);
}

static bool make_folder(struct tls_certs *certs)
{
	const char *tmp = getenv("TMPDIR");

	if (!tmp || !*tmp)
		tmp = "/tmp";
	if (snprintf(certs->folder, sizeof(certs->folder),
		    "%s/gracelab-tls-XXXXXX",
		    tmp) >= (int)sizeof(certs->folder)) {
		errno = ENAMETOOLONG;
		*certs->folder = '\0';
		return false;
	}
	if (!mkdtemp(certs->folder)) {
		*certs->folder = '\0';
		return false;
	}
	snprintf(certs->ca, sizeof(certs->ca), "%s/ca.pem", certs->folder);
	snprintf(
		certs->cert, sizeof(certs->cert), "%s/cert.pem", certs->folder);
	snprintf(certs->key, sizeof(certs->key), "%s/key.pem", certs->folder);
	snprintf(certs->pem, sizeof(certs->pem), "%s/both.pem", certs->folder);
	return !chmod(certs->folder, 0755);
}

bool tls_certs_make(struct tls_certs *certs, char error[TLS_ERROR_SIZE])
{
	struct identity authority = { 0 }, server = { 0 };
	char why[NAMES_DESCRIPTION_SIZE];
	bool made;

	*certs = (struct tls_certs){ 0 };
	errno = 0;
	made = make_folder(certs) &&
		make(&authority, "grace's own, for one run", NULL) &&
		make(&server, "localhost", &authority) &&
		write_file(certs->ca, authority.certificate, NULL) &&
		write_file(certs->cert, server.certificate, NULL) &&
		write_file(certs->key, NULL, server.key) &&
		write_file(certs->pem, server.certificate, server.key);
	if (!made)
		snprintf(error, TLS_ERROR_SIZE,
			"certificates cannot be made%s%s", errno ? ": " : "",
			errno ? names_describe(why, errno) : "");
	free_identity(&authority);
	free_identity(&server);
	return made;
}

void tls_certs_remove(struct tls_certs *certs)
{
	if (!*certs->folder)
		return;
	folder_remove(certs->folder);
	*certs = (struct tls_certs){ 0 };
}
