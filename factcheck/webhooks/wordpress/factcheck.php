<?php
/**
 * Plugin Name: Factcheck
 * Description: Shows the reviews that your newsroom publishes as posts, and corrects, marks or empties the posts when the reviews change.
 * Version: 1.0
 * Requires at least: 5.9
 * Requires PHP: 7.4
 * License: Apache-2.0
 * Update URI: false
 *
 * Messages (webhooks) only say which entry of the log is new. The plugin reads the entry and the texts from the site in
 * the settings, and from no other site, so a stolen secret can't change a post. A post is found by the id of its review, and remembers the log's entry that it shows. So a message that
 * comes twice, late or again changes nothing.
 */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

const FACTCHECK_SITE = ''; // the site from which this file was downloaded
const FACTCHECK_WINDOW = 300; // seconds that a message is valid
const FACTCHECK_TIMEOUT = 4; // seconds for each of three requests. The site waits 15 seconds for our answer.
const FACTCHECK_MAX_BYTES = 4194304; // of a message, and of an answer
const FACTCHECK_ID = '/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/D';

// Post meta: the id of the review, the log's entry that the post shows, and the ClaimReview of a live review.
const FACTCHECK_REVIEW = '_factcheck_review';
const FACTCHECK_SEQUENCE = '_factcheck_sequence';
const FACTCHECK_CLAIMREVIEW = '_factcheck_claimreview';

const FACTCHECK_VIETNAMESE = array(
	'Correction of %s:'                       => 'Đính chính ngày %s:',
	'Update of %s:'                           => 'Cập nhật ngày %s:',
	'Typing error corrected on %s:'           => 'Sửa lỗi đánh máy ngày %s:',
	'By %s.'                                  => 'Người viết: %s.',
	'This review, its sources and all its revisions are in a public log.' => 'Bài này, các nguồn và mọi lần sửa đều nằm trong nhật ký công khai.',
	'See the proof'                           => 'Xem bằng chứng',
	'Withdrawn: %s'                           => 'Đã rút lại: %s',
	'We withdrew this review on %s.'          => 'Chúng tôi đã rút lại bài này ngày %s.',
	'Erased review'                           => 'Bài đã bị xóa',
	'This review has been erased.'            => 'Bài này đã bị xóa.',
	'We don’t vouch for this text.'           => 'Chúng tôi không thừa nhận nội dung này.',
	'Factcheck'                               => 'Kiểm chứng',
	'You can’t change these settings.'        => 'Bạn không được đổi các cài đặt này.',
	'Reviews that your newsroom publishes become posts here. Corrected reviews change their posts. Withdrawn reviews mark them, and erased reviews empty them.' => 'Bài kiểm chứng mà tòa soạn của bạn đăng sẽ thành bài viết ở đây. Khi bài được đính chính, bài viết đổi theo. Khi bài bị rút lại, bài viết được ghi rõ. Khi bài bị xóa, bài viết được xóa trắng.',
	'URL for the webhook'                     => 'URL cho webhook',
	'Register this URL at the desk, under “Webhooks”.' => 'Đăng ký URL này trong hệ thống biên tập, mục “Webhook”.',
	'Address of the fact-check site'          => 'Địa chỉ trang kiểm chứng',
	'Enter a URL that starts with https://, without a path.' => 'Nhập URL bắt đầu bằng https://, không có phần đường dẫn.',
	'Website of your newsroom'                => 'Trang web của tòa soạn',
	'The host without “www.”, as in your newsroom’s profile. Reviews by others don’t become posts.' => 'Tên miền không có “www.”, như trong hồ sơ tòa soạn. Bài của đơn vị khác không thành bài viết.',
	'Secret of the webhook'                   => 'Khóa bí mật của webhook',
	'Saved. Leave the field empty to keep it.' => 'Đã lưu. Để trống nếu không đổi.',
	'The desk shows it once. It begins with whsec_.' => 'Hệ thống biên tập chỉ hiện một lần. Khóa bắt đầu bằng whsec_.',
	'This isn’t a webhook’s secret. Copy the whole text that begins with whsec_.' => 'Đây không phải khóa bí mật của webhook. Hãy chép toàn bộ chuỗi bắt đầu bằng whsec_.',
	'Category'                                => 'Chuyên mục',
	'Author of the posts'                     => 'Tác giả của bài viết',
	'Language'                                => 'Ngôn ngữ',
	'All languages'                           => 'Mọi ngôn ngữ',
	'New posts'                               => 'Bài viết mới',
	'Publish at once'                         => 'Đăng ngay',
	'Save as drafts'                          => 'Lưu thành bản nháp',
	'Catch up'                                => 'Cập nhật bù',
	'Each hour, the plugin looks for changes that no message has brought.' => 'Mỗi giờ, plugin tìm những thay đổi mà không tin nào báo.',
	'Up to date on %s.'                       => 'Cập nhật xong lúc %s.',
	'There is more to get. The next run goes on.' => 'Còn bài chưa lấy. Lần chạy sau sẽ tiếp tục.',
	'The last run failed: %s'                 => 'Lần chạy gần nhất bị lỗi: %s',
	'Catch up now'                            => 'Cập nhật ngay',
	'Get all earlier reviews too'             => 'Lấy cả các bài trước đây',
	'The site can’t be reached: %s'           => 'Không kết nối được với trang: %s',
	'The site answered with the status %s.'   => 'Trang trả lời với mã %s.',
	'The site’s answer can’t be read.'        => 'Không đọc được câu trả lời của trang.',
	'The site doesn’t show this revision yet.' => 'Trang chưa hiển thị lần sửa này.',
	'The post can’t be saved: %s'             => 'Không lưu được bài viết: %s',
	'Another change of this review is being stored.' => 'Một thay đổi khác của bài này đang được lưu.',
);

/** Return the sentence in a language, or in the language of the person who looks at the page. */
function factcheck_text( $english, $language = null ) {
	$vietnamese = 0 === strpos( null === $language ? get_user_locale() : $language, 'vi' );
	return $vietnamese && isset( FACTCHECK_VIETNAMESE[ $english ] ) ? FACTCHECK_VIETNAMESE[ $english ] : $english;
}

function factcheck_settings() {
	return wp_parse_args(
		get_option( 'factcheck', array() ),
		array(
			'site'     => FACTCHECK_SITE,
			'newsroom' => preg_replace( '/^www\./', '', (string) wp_parse_url( home_url(), PHP_URL_HOST ) ),
			'category' => 0,
			'author'   => 0,
			'language' => '',
			'status'   => 'publish',
		)
	);
}

/* ---- Messages ---- */

add_action(
	'rest_api_init',
	function () {
		register_rest_route(
			'factcheck/v1',
			'/webhook',
			array(
				'methods'             => 'POST',
				'callback'            => 'factcheck_receive',
				'permission_callback' => '__return_true', // the signature is checked instead
			)
		);
	}
);

/** Answer a message. A status of 5xx makes the site send the message again later. */
function factcheck_receive( WP_REST_Request $request ) {
	$body = $request->get_body();
	if ( strlen( $body ) > FACTCHECK_MAX_BYTES ) {
		return new WP_REST_Response( null, 413 );
	}
	if ( ! factcheck_is_genuine( $request, $body ) ) {
		return new WP_REST_Response( null, 401 );
	}
	$message = json_decode( $body, true );
	if ( ! isset( $message['type'], $message['data']['sequence'] ) || ! is_int( $message['data']['sequence'] ) ) {
		return new WP_REST_Response( null, 400 );
	}
	if ( 0 !== strpos( $message['type'], 'review.' ) ) {
		return new WP_REST_Response( null, 200 );
	}
	$problem = factcheck_apply_entry( $message['data']['sequence'] );
	return new WP_REST_Response( $problem ? array( 'message' => $problem ) : null, $problem ? 503 : 200 );
}

/** Read an entry of the log from the site, and bring its post up to date. */
function factcheck_apply_entry( $sequence ) {
	list( $page, $problem ) = factcheck_changes( $sequence - 1, 1 );
	if ( $problem ) {
		return $problem;
	}
	if ( ! isset( $page['results'][0] ) || $page['results'][0]['sequence'] !== $sequence ) {
		return factcheck_text( 'The site doesn’t show this revision yet.' );
	}
	return factcheck_apply( $page['results'][0] );
}

/** Check the signature as in Standard Webhooks, in constant time, and the age of the message. */
function factcheck_is_genuine( WP_REST_Request $request, $body ) {
	$key  = factcheck_key( (string) get_option( 'factcheck_secret', '' ) );
	$id   = (string) $request->get_header( 'webhook-id' );
	$time = (string) $request->get_header( 'webhook-timestamp' );
	if ( '' === $key || ! preg_match( '/^[0-9]{1,12}$/D', $time ) || abs( time() - (int) $time ) > FACTCHECK_WINDOW ) {
		return false;
	}
	$expected = 'v1,' . base64_encode( hash_hmac( 'sha256', "$id.$time.$body", $key, true ) );
	$genuine  = false;
	foreach ( explode( ' ', (string) $request->get_header( 'webhook-signature' ) ) as $signature ) {
		$genuine = hash_equals( $expected, $signature ) || $genuine;
	}
	return $genuine;
}

/** Return the bytes of a secret, or '' if the text isn't a secret. */
function factcheck_key( $secret ) {
	$key = 0 === strpos( $secret, 'whsec_' ) ? base64_decode( substr( $secret, 6 ), true ) : '';
	return is_string( $key ) && strlen( $key ) >= 24 ? $key : '';
}

/* ---- Changes ---- */

/** Bring the post of an entry's review up to date. Return '' or the problem because of which it must be tried again. */
function factcheck_apply( array $change ) {
	$kind = isset( $change['kind'] ) ? $change['kind'] : '';
	if ( 'disowning.published' === $kind ) {
		return factcheck_disown( (int) $change['sequence'] );
	}
	$id = isset( $change['subject'] ) ? (string) $change['subject'] : '';
	if ( 0 !== strpos( $kind, 'review.' ) || ! preg_match( FACTCHECK_ID, $id ) || ! isset( $change['sequence'] ) ) {
		return '';
	}
	if ( ! factcheck_lock( $id, 2 ) ) {
		return factcheck_text( 'Another change of this review is being stored.' );
	}
	try {
		return factcheck_apply_locked( $id, $kind, $change );
	} finally {
		factcheck_unlock( $id );
	}
}

function factcheck_apply_locked( $id, $kind, array $change ) {
	$post   = factcheck_post_of( $id );
	$review = isset( $change['body'] ) && is_array( $change['body'] ) ? $change['body'] : null;
	if ( $post && (int) get_post_meta( $post->ID, FACTCHECK_SEQUENCE, true ) >= (int) $change['sequence'] ) {
		return '';
	}
	if ( 'review.erasure' === $kind ) { // also without a body, because the text must go
		return $post ? factcheck_erase( $post, $review, (int) $change['sequence'] ) : '';
	}
	if ( null === $review ) {
		return ''; // a later entry contains the body
	}
	$settings = factcheck_settings();
	$language = isset( $review['language'] ) ? (string) $review['language'] : '';
	$by       = isset( $review['publisher']['site'] ) ? $review['publisher']['site'] : '';
	$is_shown = '' === $settings['language'] || strtok( strtolower( $language ), '-' ) === $settings['language'];
	if ( ! $post && ( $by !== $settings['newsroom'] || ! $is_shown ) ) {
		return '';
	}
	if ( 'review.withdrawal' === $kind ) {
		return $post ? factcheck_withdraw( $post, $review ) : '';
	}
	return factcheck_show( $post, $id, $review );
}

/** Make or change the post of a live review. Its text is the sanitised HTML of the site's feed, cleaned again here. */
function factcheck_show( $post, $id, array $review ) {
	list( $feed, $problem ) = factcheck_fetch( "/feeds/reviews.json?ids=$id" );
	if ( $problem ) {
		return $problem;
	}
	$item   = isset( $feed['items'][0] ) ? $feed['items'][0] : array();
	$number = (int) $review['revision']['number'];
	if ( ! isset( $item['_revision']['url'] ) || substr( $item['_revision']['url'], -strlen( "/$number/" ) ) !== "/$number/" ) {
		return factcheck_text( 'The site doesn’t show this revision yet.' );
	}
	list( $claim_review, $problem ) = factcheck_fetch( "/api/v1/reviews/$id/claimreview/" );
	if ( $problem ) {
		return $problem;
	}
	$settings = factcheck_settings();
	$language = (string) $review['language'];
	$headline = (string) ( $review['headline'] ? $review['headline'] : $review['claim']['text'] );
	$fields   = array(
		'post_title'   => $headline,
		'post_content' => factcheck_notes( $review, $language )
			. factcheck_clean( factcheck_without_headline( (string) $item['content_html'], $headline ) )
			. factcheck_byline( $review, $language ) . factcheck_proof( $id, $number, $language ),
		'post_excerpt' => (string) $review['summary'],
	);
	if ( ! $post ) {
		$published = min( time(), (int) strtotime( $review['published_at'] ) );
		$fields   += array(
			'post_status'   => 'draft' === $settings['status'] ? 'draft' : 'publish',
			'post_author'   => (int) $settings['author'],
			'post_category' => array_filter( array( (int) $settings['category'] ) ),
			'post_date_gmt' => gmdate( 'Y-m-d H:i:s', $published ),
			'post_date'     => get_date_from_gmt( gmdate( 'Y-m-d H:i:s', $published ) ),
		);
	}
	return factcheck_save( $post, $id, (int) $review['revision']['sequence'], $fields, $claim_review );
}

function factcheck_withdraw( WP_Post $post, array $tombstone ) {
	$language = (string) $tombstone['language'];
	$revision = $tombstone['revision'];
	$notice   = sprintf( factcheck_text( 'We withdrew this review on %s.', $language ), factcheck_day( $tombstone['updated_at'], $language ) );
	$fields   = array(
		'post_title'   => sprintf( factcheck_text( 'Withdrawn: %s', $language ), (string) $tombstone['headline'] ),
		'post_content' => factcheck_paragraph( $notice, (string) $revision['note'] )
			. factcheck_proof( $tombstone['id'], (int) $revision['number'], $language ),
		'post_excerpt' => '',
	);
	return factcheck_save( $post, $tombstone['id'], (int) $revision['sequence'], $fields, null );
}

/** Empty a post. Its title, address, older revisions and data go too, because they can name a person. */
function factcheck_erase( WP_Post $post, $erasure, $sequence ) {
	$id       = get_post_meta( $post->ID, FACTCHECK_REVIEW, true );
	$language = get_bloginfo( 'language' );
	$fields   = array(
		'post_title'   => factcheck_text( 'Erased review', $language ),
		'post_name'    => "factcheck-$id",
		'post_content' => factcheck_paragraph(
			factcheck_text( 'This review has been erased.', $language ),
			isset( $erasure['notice']['text'] ) ? (string) $erasure['notice']['text'] : ''
		),
		'post_excerpt' => '',
		'tags_input'   => array(),
	);
	$problem  = factcheck_save( $post, $id, $sequence, $fields, null );
	if ( $problem ) {
		return $problem;
	}
	foreach ( wp_get_post_revisions( $post->ID, array( 'check_enabled' => false ) ) as $old ) {
		wp_delete_post_revision( $old );
	}
	delete_post_thumbnail( $post->ID );
	delete_post_meta( $post->ID, '_wp_old_slug' );
	delete_post_meta( $post->ID, '_wp_desired_post_slug' );
	return '';
}

/** Empty the posts that show entries for which the newsroom doesn't vouch. The log's document says which and why. */
function factcheck_disown( $sequence ) {
	list( $disowning, $problem ) = factcheck_fetch( "/api/v1/log/documents/$sequence" );
	if ( $problem ) {
		return $problem;
	}
	$language = (string) $disowning['language'];
	$content  = factcheck_paragraph( factcheck_text( 'We don’t vouch for this text.', $language ), (string) $disowning['reason'] );
	foreach ( array_chunk( array_map( 'intval', $disowning['entries'] ), 500 ) as $entries ) {
		$shown = factcheck_posts( array( 'key' => FACTCHECK_SEQUENCE, 'value' => $entries, 'compare' => 'IN' ), -1 );
		foreach ( $shown as $post ) {
			$id      = get_post_meta( $post->ID, FACTCHECK_REVIEW, true );
			$number  = (int) get_post_meta( $post->ID, FACTCHECK_SEQUENCE, true );
			$link    = factcheck_link( "/reviews/$id/", factcheck_text( 'See the proof', $language ) );
			$fields  = array(
				'post_title'   => factcheck_text( 'We don’t vouch for this text.', $language ),
				'post_name'    => "factcheck-$id",
				'post_content' => "$content<p>$link</p>",
				'post_excerpt' => '',
			);
			$problem = factcheck_save( $post, $id, $number, $fields, null );
			if ( $problem ) {
				return $problem;
			}
		}
	}
	return '';
}

/** Store a post with its meta. Return '' or the problem. Without a ClaimReview, search engines get none any more. */
function factcheck_save( $post, $id, $sequence, array $fields, $claim_review ) {
	$fields['post_title']   = esc_html( $fields['post_title'] );
	$fields['post_excerpt'] = factcheck_inert( esc_html( $fields['post_excerpt'] ) );
	// In a block of HTML, WordPress adds no paragraphs and line breaks of its own.
	$fields['post_content'] = "<!-- wp:html -->\n{$fields['post_content']}\n<!-- /wp:html -->";
	$fields['meta_input']   = array(
		FACTCHECK_REVIEW      => $id,
		FACTCHECK_SEQUENCE    => $sequence,
		FACTCHECK_CLAIMREVIEW => null === $claim_review ? '' : wp_json_encode( $claim_review ),
	);
	$saved = $post ? wp_update_post( wp_slash( array( 'ID' => $post->ID ) + $fields ), true ) : wp_insert_post( wp_slash( $fields ), true );
	if ( is_wp_error( $saved ) ) {
		return sprintf( factcheck_text( 'The post can’t be saved: %s' ), $saved->get_error_message() );
	}
	return '';
}

/** Return the post of a review, also a draft or a post in the trash. */
function factcheck_post_of( $id ) {
	$found = factcheck_posts( array( 'key' => FACTCHECK_REVIEW, 'value' => $id ), 1 );
	return $found ? $found[0] : null;
}

function factcheck_posts( array $meta, $count ) {
	return get_posts(
		array(
			'post_type'        => 'any',
			'post_status'      => array_keys( get_post_stati() ),
			'numberposts'      => $count,
			'meta_query'       => array( $meta ),
			'orderby'          => 'ID',
			'order'            => 'ASC',
			'suppress_filters' => true,
		)
	);
}

/* A lock of the database, so that a message and a catch-up don't make two posts of one review. */

function factcheck_lock( $name, $seconds ) {
	global $wpdb;
	return '1' === (string) $wpdb->get_var( $wpdb->prepare( 'SELECT GET_LOCK(%s, %d)', md5( $wpdb->prefix . $name ), $seconds ) );
}

function factcheck_unlock( $name ) {
	global $wpdb;
	$wpdb->get_var( $wpdb->prepare( 'SELECT RELEASE_LOCK(%s)', md5( $wpdb->prefix . $name ) ) );
}

/* ---- Texts of posts. Everything from outside is escaped or cleaned here. ---- */

/** Return HTML of the site without anything that WordPress doesn't allow in posts, and without orders to WordPress. */
function factcheck_clean( $html ) {
	return factcheck_inert( wp_kses_post( str_replace( '<!--', '&lt;!--', $html ) ) );
}

/** Stop shortcodes, and URLs on a line of their own, which WordPress would replace by the pages behind them. */
function factcheck_inert( $html ) {
	return preg_replace( '~(^|>)(\s*https?):(?=//)~im', '$1$2&#58;', str_replace( '[', '&#91;', $html ) );
}

function factcheck_paragraph( $strong, $text ) {
	return '<p><strong>' . esc_html( $strong ) . '</strong> ' . factcheck_inert( nl2br( esc_html( $text ) ) ) . '</p>';
}

/** The post has the headline as its title, so it doesn't repeat it in the text. */
function factcheck_without_headline( $html, $headline ) {
	if ( preg_match( '~<h2>(.*?)</h2>~s', $html, $found ) && html_entity_decode( $found[1], ENT_QUOTES | ENT_HTML5 ) === $headline ) {
		return preg_replace( '~<h2>.*?</h2>~s', '', $html, 1 );
	}
	return $html;
}

/** Return the notes of all corrections, newest first. */
function factcheck_notes( array $review, $language ) {
	$labels = array(
		'substantive' => 'Correction of %s:',
		'update'      => 'Update of %s:',
		'typo'        => 'Typing error corrected on %s:',
	);
	$notes  = '';
	foreach ( array_reverse( $review['corrections'] ) as $correction ) {
		if ( isset( $labels[ $correction['class'] ] ) && '' !== (string) $correction['note'] ) {
			$label  = sprintf( factcheck_text( $labels[ $correction['class'] ], $language ), factcheck_day( $correction['at'], $language ) );
			$notes .= factcheck_paragraph( $label, $correction['note'] );
		}
	}
	return $notes;
}

function factcheck_byline( array $review, $language ) {
	$names = implode( ', ', array_column( $review['authors'], 'name' ) );
	return '' === $names ? '' : '<p>' . factcheck_inert( esc_html( sprintf( factcheck_text( 'By %s.', $language ), $names ) ) ) . '</p>';
}

function factcheck_proof( $id, $number, $language ) {
	$sentence = factcheck_text( 'This review, its sources and all its revisions are in a public log.', $language );
	$link     = factcheck_link( "/reviews/$id/revisions/$number/", factcheck_text( 'See the proof', $language ) );
	return '<p class="factcheck-proof">' . esc_html( $sentence ) . " $link</p>";
}

function factcheck_link( $path, $words ) {
	$settings = factcheck_settings();
	return '<a href="' . esc_url( $settings['site'] . $path ) . '">' . esc_html( $words ) . '</a>';
}

function factcheck_day( $time, $language ) {
	return wp_date( 0 === strpos( $language, 'vi' ) ? 'j/n/Y' : 'Y-m-d', (int) strtotime( $time ) );
}

/* ---- ClaimReview ---- */

add_action(
	'wp_head',
	function () {
		$post = is_singular() ? get_queried_object() : null;
		$json = $post instanceof WP_Post && 'publish' === $post->post_status && ! post_password_required( $post )
			? json_decode( (string) get_post_meta( $post->ID, FACTCHECK_CLAIMREVIEW, true ), true ) : null;
		if ( ! is_array( $json ) ) {
			return;
		}
		$settings       = factcheck_settings();
		$json['url']    = get_permalink( $post ); // WordPress links to the same address as the canonical one
		$json['sameAs'] = $settings['site'] . '/reviews/' . get_post_meta( $post->ID, FACTCHECK_REVIEW, true ) . '/';
		$safe           = wp_json_encode( $json, JSON_HEX_TAG | JSON_HEX_AMP | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE );
		echo '<script type="application/ld+json">' . $safe . "</script>\n"; // phpcs:ignore WordPress.Security.EscapeOutput
	}
);

/* ---- The site ---- */

/** Return the JSON at a path of the site, and ''. Otherwise return null and the problem. */
function factcheck_fetch( $path, &$head = null ) {
	$settings = factcheck_settings();
	$response = wp_remote_get(
		$settings['site'] . $path,
		array(
			'timeout'             => FACTCHECK_TIMEOUT,
			'redirection'         => 0,
			'limit_response_size' => FACTCHECK_MAX_BYTES + 1,
			'sslverify'           => true,
			'user-agent'          => 'factcheck-wordpress/1.0',
		)
	);
	if ( is_wp_error( $response ) ) {
		return array( null, sprintf( factcheck_text( 'The site can’t be reached: %s' ), $response->get_error_message() ) );
	}
	$status = wp_remote_retrieve_response_code( $response );
	if ( 200 !== $status ) {
		return array( null, sprintf( factcheck_text( 'The site answered with the status %s.' ), $status ) );
	}
	$head = wp_remote_retrieve_header( $response, 'factcheck-head' );
	$body = wp_remote_retrieve_body( $response );
	$json = strlen( $body ) > FACTCHECK_MAX_BYTES ? null : json_decode( $body, true );
	return is_array( $json ) ? array( $json, '' ) : array( null, factcheck_text( 'The site’s answer can’t be read.' ) );
}

/** Return the entries of the log after an entry. Without one, begin with the first. */
function factcheck_changes( $after, $count, &$head = null ) {
	$since = null === $after || $after < 0 ? '' : "&since=$after";
	return factcheck_fetch( "/api/v1/changes/?page_size=$count$since", $head );
}

/* ---- Catching up ---- */

register_activation_hook(
	__FILE__,
	function () {
		if ( ! wp_next_scheduled( 'factcheck_catch_up' ) ) {
			wp_schedule_event( time() + HOUR_IN_SECONDS, 'hourly', 'factcheck_catch_up' );
		}
	}
);
register_deactivation_hook(
	__FILE__,
	function () {
		wp_clear_scheduled_hook( 'factcheck_catch_up' );
	}
);
add_action( 'factcheck_catch_up', 'factcheck_catch_up' );

/** Read the site's list of changes from where the last run ended, for some seconds. The first run only sets the place. */
function factcheck_catch_up( $seconds = 20 ) {
	$settings = factcheck_settings();
	if ( '' === $settings['site'] || ! factcheck_lock( 'catch-up', 0 ) ) {
		return;
	}
	try {
		$state = wp_parse_args( get_option( 'factcheck_state', array() ), array( 'cursor' => null, 'until' => 0, 'problem' => '', 'more' => false ) );
		$state = factcheck_read_changes( $state, time() + (int) $seconds );
		update_option( 'factcheck_state', $state, false );
	} finally {
		factcheck_unlock( 'catch-up' );
	}
}

function factcheck_read_changes( array $state, $end ) {
	do {
		$cursor = $state['cursor'];
		list( $page, $problem ) = factcheck_changes( $cursor, 20, $head );
		if ( $problem ) { // perhaps because 20 long texts are too large together
			list( $page, $problem ) = factcheck_changes( $cursor, 1, $head );
		}
		if ( '' === $problem && null === $cursor ) {
			return array( 'cursor' => is_numeric( $head ) ? (int) $head : -1, 'until' => time(), 'problem' => '', 'more' => false );
		}
		foreach ( $problem ? array() : $page['results'] as $change ) {
			$problem = factcheck_apply( $change );
			if ( $problem ) {
				break;
			}
			$state['cursor'] = (int) $change['sequence'];
		}
		$state['problem'] = $problem;
		$state['more']    = ! $problem && count( $page['results'] ) > 0;
		update_option( 'factcheck_state', $state, false ); // a run that is stopped goes on from here
	} while ( $state['more'] && time() < $end );
	if ( ! $problem && ! $state['more'] ) {
		$state['until'] = time();
	}
	return $state;
}

/* ---- Settings ---- */

add_action(
	'admin_menu',
	function () {
		add_options_page( factcheck_text( 'Factcheck' ), factcheck_text( 'Factcheck' ), 'manage_options', 'factcheck', 'factcheck_settings_page' );
	}
);
add_action(
	'admin_init',
	function () {
		register_setting( 'factcheck', 'factcheck', array( 'sanitize_callback' => 'factcheck_sanitize' ) );
		register_setting( 'factcheck', 'factcheck_secret', array( 'sanitize_callback' => 'factcheck_sanitize_secret' ) );
	}
);

add_action( 'add_option_factcheck', 'factcheck_saved', 10, 2 );
add_action( 'update_option_factcheck', 'factcheck_saved', 10, 2 );

/** Note where the log of a new site ends, so that a message that is lost from now on can be caught up. */
function factcheck_saved( $before, $settings ) {
	if ( ! is_array( $before ) || ! isset( $before['site'] ) || $before['site'] !== $settings['site'] ) {
		delete_option( 'factcheck_state' );
		factcheck_catch_up( 0 );
	}
}

function factcheck_sanitize( $given ) {
	$kept  = factcheck_settings();
	$given = wp_parse_args( is_array( $given ) ? $given : array(), $kept );
	$site  = factcheck_site( (string) $given['site'] );
	if ( '' === $site ) {
		add_settings_error( 'factcheck', 'site', factcheck_text( 'Enter a URL that starts with https://, without a path.' ) );
	}
	return array(
		'site'     => '' === $site ? $kept['site'] : $site,
		'newsroom' => strtolower( sanitize_text_field( $given['newsroom'] ) ),
		'category' => absint( $given['category'] ),
		'author'   => absint( $given['author'] ),
		'language' => in_array( $given['language'], array( 'en', 'vi' ), true ) ? $given['language'] : '',
		'status'   => 'draft' === $given['status'] ? 'draft' : 'publish',
	);
}

/** Return the scheme, host and port. Without https, only this machine is allowed, to try the plugin. */
function factcheck_site( $url ) {
	$pattern = '~^(https://[a-z0-9.-]+(:[0-9]{1,5})?|http://(127\.0\.0\.1|localhost)(:[0-9]{1,5})?)/?$~iD';
	return preg_match( $pattern, trim( $url ) ) ? rtrim( strtolower( trim( $url ) ), '/' ) : '';
}

function factcheck_sanitize_secret( $given ) {
	$given = trim( (string) $given );
	if ( '' !== $given && '' === factcheck_key( $given ) ) {
		add_settings_error( 'factcheck', 'secret', factcheck_text( 'This isn’t a webhook’s secret. Copy the whole text that begins with whsec_.' ) );
		$given = '';
	}
	return '' === $given ? (string) get_option( 'factcheck_secret', '' ) : $given;
}

add_action(
	'admin_post_factcheck_catch_up',
	function () {
		if ( ! current_user_can( 'manage_options' ) ) {
			wp_die( esc_html( factcheck_text( 'You can’t change these settings.' ) ), 403 );
		}
		check_admin_referer( 'factcheck_catch_up' );
		if ( isset( $_POST['everything'] ) ) {
			update_option( 'factcheck_state', array( 'cursor' => -1 ), false );
		}
		factcheck_catch_up();
		wp_safe_redirect( admin_url( 'options-general.php?page=factcheck' ) );
		exit;
	}
);

function factcheck_settings_page() {
	if ( ! current_user_can( 'manage_options' ) ) {
		return;
	}
	$settings = factcheck_settings();
	$state    = wp_parse_args( get_option( 'factcheck_state', array() ), array( 'until' => 0, 'problem' => '', 'more' => false ) );
	$secret   = get_option( 'factcheck_secret' ) ? 'Saved. Leave the field empty to keep it.' : 'The desk shows it once. It begins with whsec_.';
	$options  = static function ( $name, array $values ) use ( $settings ) {
		echo '<select id="factcheck-' . esc_attr( $name ) . '" name="factcheck[' . esc_attr( $name ) . ']">';
		foreach ( $values as $value => $label ) {
			echo '<option value="' . esc_attr( $value ) . '"' . selected( $settings[ $name ], $value, false ) . '>' . esc_html( factcheck_text( $label ) ) . '</option>';
		}
		echo '</select>';
	};
	$row      = static function ( $name, $label, $field, $help = '' ) {
		echo '<tr><th scope="row"><label for="factcheck-' . esc_attr( $name ) . '">' . esc_html( factcheck_text( $label ) ) . '</label></th><td>';
		$field();
		echo $help ? '<p class="description">' . esc_html( factcheck_text( $help ) ) . '</p>' : '';
		echo '</td></tr>';
	};
	$input    = static function ( $name ) use ( $settings ) {
		return static function () use ( $name, $settings ) {
			echo '<input type="text" class="regular-text" id="factcheck-' . esc_attr( $name ) . '" name="factcheck[' . esc_attr( $name ) . ']" value="' . esc_attr( $settings[ $name ] ) . '" required>';
		};
	};
	echo '<div class="wrap"><h1>' . esc_html( factcheck_text( 'Factcheck' ) ) . '</h1><p>';
	echo esc_html( factcheck_text( 'Reviews that your newsroom publishes become posts here. Corrected reviews change their posts. Withdrawn reviews mark them, and erased reviews empty them.' ) );
	echo '</p><form method="post" action="options.php">';
	settings_fields( 'factcheck' );
	echo '<table class="form-table" role="presentation">';
	$row(
		'webhook',
		'URL for the webhook',
		function () {
			echo '<input type="text" class="large-text code" id="factcheck-webhook" readonly value="' . esc_attr( rest_url( 'factcheck/v1/webhook' ) ) . '">';
		},
		'Register this URL at the desk, under “Webhooks”.'
	);
	$row(
		'secret',
		'Secret of the webhook',
		function () {
			echo '<input class="regular-text" type="password" id="factcheck-secret" name="factcheck_secret" autocomplete="off">';
		},
		$secret
	);
	$row( 'site', 'Address of the fact-check site', $input( 'site' ) );
	$row( 'newsroom', 'Website of your newsroom', $input( 'newsroom' ), 'The host without “www.”, as in your newsroom’s profile. Reviews by others don’t become posts.' );
	$row(
		'category',
		'Category',
		function () use ( $settings ) {
			wp_dropdown_categories( array( 'name' => 'factcheck[category]', 'id' => 'factcheck-category', 'selected' => $settings['category'], 'hide_empty' => false ) );
		}
	);
	$row(
		'author',
		'Author of the posts',
		function () use ( $settings ) {
			wp_dropdown_users( array( 'name' => 'factcheck[author]', 'id' => 'factcheck-author', 'selected' => $settings['author'] ? $settings['author'] : get_current_user_id(), 'capability' => array( 'edit_posts' ) ) );
		}
	);
	$row(
		'language',
		'Language',
		function () use ( $options ) {
			$options( 'language', array( '' => 'All languages', 'vi' => 'Tiếng Việt', 'en' => 'English' ) );
		}
	);
	$row(
		'status',
		'New posts',
		function () use ( $options ) {
			$options( 'status', array( 'publish' => 'Publish at once', 'draft' => 'Save as drafts' ) );
		}
	);
	echo '</table>';
	submit_button();
	echo '</form><h2>' . esc_html( factcheck_text( 'Catch up' ) ) . '</h2><p>';
	echo esc_html( factcheck_text( 'Each hour, the plugin looks for changes that no message has brought.' ) ) . ' ';
	if ( $state['problem'] ) {
		echo '<strong>' . esc_html( sprintf( factcheck_text( 'The last run failed: %s' ), $state['problem'] ) ) . '</strong>';
	} elseif ( $state['more'] ) {
		echo esc_html( factcheck_text( 'There is more to get. The next run goes on.' ) );
	} elseif ( $state['until'] ) {
		echo esc_html( sprintf( factcheck_text( 'Up to date on %s.' ), wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), $state['until'] ) ) );
	}
	echo '</p><form method="post" action="' . esc_url( admin_url( 'admin-post.php' ) ) . '"><input type="hidden" name="action" value="factcheck_catch_up">';
	wp_nonce_field( 'factcheck_catch_up' );
	submit_button( factcheck_text( 'Catch up now' ), 'secondary', 'now', false );
	echo ' ';
	submit_button( factcheck_text( 'Get all earlier reviews too' ), 'secondary', 'everything', false );
	echo '</form></div>';
}

/* Posts stay when the plugin is deleted. */

register_uninstall_hook( __FILE__, 'factcheck_uninstall' );

function factcheck_uninstall() {
	foreach ( array( 'factcheck', 'factcheck_secret', 'factcheck_state' ) as $option ) {
		delete_option( $option );
	}
}
