namespace FastSeg.Interop.Calls;

/// <summary>What a function returns: the numbers of fastseg.h, without their FS_.</summary>
internal enum Status
{
    Ok = 0,
    InvalidArgument = 1,
    InvalidHandle = 2,
    Busy = 3,
    Cancelled = 4,
    BufferTooSmall = 5,
    OutOfMemory = 6,
    Failed = 7,
    NoRuntime = 8,
    Forked = 9,
    Internal = 10,
}
