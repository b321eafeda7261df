# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Completion for graceclient; with or without the bash-completion package.

# Sets COMPREPLY to those of the words in $2 that begin with $1.
_graceclient_words()
{
	mapfile -t COMPREPLY < <(compgen -W "$2" -- "$1")
}

_graceclient_hosts()
{
	if declare -F _known_hosts_real >/dev/null; then
		_known_hosts_real -- "$1"
	else
		mapfile -t COMPREPLY < <(compgen -A hostname -- "$1")
	fi
}

# Completes the path behind `unix:`; false where there is none. readline splits
# at the `:`, unless COMP_WORDBREAKS says otherwise.
_graceclient_unix()
{
	local path=${1#unix:} before=

	path=${path#:}
	[[ ${COMP_LINE:0:COMP_POINT} == *[\ =]unix:"$path" ]] || return 1
	[[ $1 != unix:* ]] || before=unix:
	mapfile -t COMPREPLY < <(compgen -f -P "$before" -- "$path")
	compopt -o filenames
}

# Prints how many arguments that are no options stand before the cursor.
_graceclient_arguments()
{
	local i count=0 only_arguments=

	for ((i = 1; i < $1; i++)); do
		if [[ $only_arguments ]]; then
			((++count))
			continue
		fi
		case ${words[i]} in
		--) only_arguments=1 ;;
		-e | -f | -[46q]*[ef] | --file | --events | --events-ack | \
			--sigpipe | --connect-timeout | --local-port)
			# Its value follows, behind a `=` that bash splits off.
			((++i))
			[[ ${words[i]-} == = ]] && ((++i))
			;;
		-?*) ;;
		*) ((++count)) ;;
		esac
	done
	echo "$count"
}

_graceclient()
{
	local cur prev words cword split=
	local options='-4 -6 --connect-timeout= -e --events= --events-ack=
		-f --file= --help --local-port= --no-history --paused -q
		--quiet --sigpipe= --usage --version'
	local commands='block blocking close every fill help hold keepalive
		linger linger2 more open pause peek probe quickack quit read release
		reset resume save send sendfile shutdown sleep state
		user-timeout wait'

	COMPREPLY=()
	if declare -F _init_completion >/dev/null; then
		_init_completion -s || return
	else
		words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
		cur=${words[cword]} prev=${words[cword - 1]}
		# readline splits `--option=value` at the `=`.
		if [[ $cur == = ]]; then
			cur='' split=true
		elif [[ $prev == = && $cword -gt 1 ]]; then
			prev=${words[cword - 2]} split=true
		fi
	fi

	_graceclient_unix "$cur" && return
	case $prev in
	--sigpipe)
		_graceclient_words "$cur" 'default handle ignore inherit nosignal'
		return
		;;
	--events | --events-ack | --file | -f)
		# readline's own completion of file names.
		compopt -o default
		return
		;;
	-e)
		_graceclient_words "$cur" "$commands"
		return
		;;
	--connect-timeout | --local-port)
		return
		;;
	esac
	[[ $split == true ]] && return
	if [[ $cur == -* ]]; then
		_graceclient_words "$cur" "$options"
		[[ ${COMPREPLY-} == *= ]] && compopt -o nospace
	elif (($(_graceclient_arguments "$cword") == 0)); then
		_graceclient_hosts "$cur"
	fi
} && complete -F _graceclient graceclient
