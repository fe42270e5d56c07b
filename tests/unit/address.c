/*
 * address.c - addresses are read as the kernel reads them.
 * SPDX-License-Identifier: MIT
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "config/net.h"
#include "tests/unit/test.h"

enum { HEAD = offsetof(struct sockaddr_un, sun_path) };

static unsigned random_number(unsigned below)
{
	static uint64_t seed = 42;

	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

TEST(a_sockaddr_is_read_as_the_kernel_reads_it)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(80) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_port = htons(443) };
	struct net_address to;
	char text[NET_TEXT];

	inet_pton(AF_INET, "10.1.2.3", &in.sin_addr);
	assert_int_equal(net_address_of((void *)&in, sizeof(in), &to), 0);
	assert_ptr_equal(net_print(&to, text), text);
	assert_string_equal(text, "10.1.2.3:80");
	assert_int_equal(net_address_of((void *)&in, 15, &to), -EINVAL);

	inet_pton(AF_INET6, "fd00::1", &in6.sin6_addr);
	assert_int_equal(net_address_of((void *)&in6, sizeof(in6), &to), 0);
	assert_string_equal(net_print(&to, text), "[fd00::1]:443");
	assert_int_equal(net_address_of((void *)&in6, 24, &to), 0);
	assert_int_equal(net_address_of((void *)&in6, 23, &to), -EINVAL);

	inet_pton(AF_INET6, "::ffff:9.8.7.6", &in6.sin6_addr);
	assert_int_equal(net_address_of((void *)&in6, sizeof(in6), &to), 0);
	assert_int_equal(to.family, AF_INET);
	assert_string_equal(net_print(&to, text), "9.8.7.6:443");
}

TEST(a_local_socket_has_a_path_an_abstract_name_or_nothing)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *path;
	} cases[] = {
		{ "", 0, "" },
		{ "/run/x", 6, "/run/x" },
		{ "/run/x", 3, "/ru" },
		{ "/run/x\0junk", 11, "/run/x" },
		{ "run/x", 5, "run/x" },
		{ "@x", 2, "./@x" },
		{ "\0x", 2, "@x" },
		{ "\0", 1, "@" },
		{ "\0x\0y", 4, "@x?y" },
		{ "\0x\0\0", 4, "@x??" },
		{ "\0\x01\x1f\x7f\x80", 5, "@???\x80" },
	};
	struct net_address to;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockaddr_un un = { .sun_family = AF_UNIX };

		memcpy(un.sun_path, cases[i].bytes, cases[i].len);
		assert_int_equal(net_address_of((void *)&un,
						HEAD + cases[i].len, &to),
				 0);
		assert_int_equal(to.family, AF_UNIX);
		assert_string_equal(to.path, cases[i].path);
	}
}

TEST(a_local_socket_name_may_fill_its_field)
{
	char bytes[HEAD + 109], expected[109];
	struct net_address to;
	char text[NET_TEXT];

	memset(bytes, 'a', sizeof(bytes));
	memcpy(bytes, &(sa_family_t){ AF_UNIX }, sizeof(sa_family_t));
	memset(expected, 'a', 108);
	expected[108] = '\0';
	assert_int_equal(net_address_of((void *)bytes, HEAD + 108, &to), 0);
	assert_string_equal(to.path, expected);
	assert_string_equal(net_print(&to, text) + 5, expected);
	assert_int_equal(net_address_of((void *)bytes, HEAD + 109, &to),
			 -EINVAL);
	bytes[HEAD] = '\0';
	expected[0] = '@';
	assert_int_equal(net_address_of((void *)bytes, HEAD + 108, &to), 0);
	assert_string_equal(to.path, expected);
	bytes[HEAD] = '@';
	assert_int_equal(net_address_of((void *)bytes, HEAD + 106, &to), 0);
	assert_int_equal(strlen(to.path), 108);
	assert_int_equal(net_address_of((void *)bytes, HEAD + 107, &to),
			 -EINVAL);
}

TEST(other_families_are_given_as_they_are)
{
	struct sockaddr_storage storage = { .ss_family = AF_NETLINK };
	struct net_address to, same;
	char text[NET_TEXT];

	assert_int_equal(net_address_of((void *)&storage, 2, &to), 0);
	assert_string_equal(net_print(&to, text), "family 16");
	storage.ss_family = 0xffff;
	assert_int_equal(net_address_of((void *)&storage, 128, &to), 0);
	assert_int_equal(to.family, 0xffff);
	memset(&to, 0x55, sizeof(to));
	same = to;
	assert_int_equal(net_address_of((void *)&storage, 129, &to), -EINVAL);
	assert_int_equal(net_address_of((void *)&storage, 1, &to), -EINVAL);
	assert_int_equal(net_address_of(NULL, 0, &to), -EINVAL);
	assert_int_equal(net_address_of(NULL, (socklen_t)-1, &to), -EINVAL);
	assert_memory_equal(&to, &same, sizeof(to));
}

TEST(an_ipv6_address_is_printed_as_inet_ntop_prints_it)
{
	for (int i = 0; i < 100000; i++) {
		struct net_address to = { .family = AF_INET6, .port = 1 };
		char text[NET_TEXT], expected[80], ntop[64];

		for (int j = 0; j < 16; j++)
			to.bytes[j] = (uint8_t)(random_number(256) *
						(random_number(3) == 0));
		to.bytes[0] |= 1; /* inet_ntop has a form for ::1.2.3.4 */
		inet_ntop(AF_INET6, to.bytes, ntop, sizeof(ntop));
		snprintf(expected, sizeof(expected), "[%s]:1", ntop);
		assert_string_equal(net_print(&to, text), expected);
	}
}

TEST(the_unspecified_address_and_the_loopback_are_short)
{
	struct net_address to = { .family = AF_INET6 };
	char text[NET_TEXT];

	assert_string_equal(net_print(&to, text), "[::]:0");
	to.bytes[15] = 1;
	assert_string_equal(net_print(&to, text), "[::1]:0");
}

RUN(cmocka_unit_test(a_sockaddr_is_read_as_the_kernel_reads_it),
    cmocka_unit_test(a_local_socket_has_a_path_an_abstract_name_or_nothing),
    cmocka_unit_test(a_local_socket_name_may_fill_its_field),
    cmocka_unit_test(other_families_are_given_as_they_are),
    cmocka_unit_test(an_ipv6_address_is_printed_as_inet_ntop_prints_it),
    cmocka_unit_test(the_unspecified_address_and_the_loopback_are_short))
