namespace FastSeg.Images.Tiff;

/// <summary>How the samples of a TIFF's page are compressed.</summary>
internal enum TiffCodec
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>LZW.</summary>
    Lzw,

    /// <summary>Deflate in zlib's frame.</summary>
    Deflate,

    /// <summary>Runs of equal bytes.</summary>
    PackBits,

    /// <summary>CCITT's codes for fax: runs of white and black.</summary>
    Fax,

    /// <summary>Zstandard.</summary>
    Zstandard,

    /// <summary>LZMA in the container of xz.</summary>
    Lzma,

    /// <summary>JPEG, with tables that a page's segments may share.</summary>
    Jpeg,
}
