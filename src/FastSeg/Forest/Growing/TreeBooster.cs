using System.Text.Json.Serialization;

namespace FastSeg;

/// <summary>What trains the trees. Both follow XGBoost's method and save XGBoost's model file.</summary>
public enum TreeBooster
{
    /// <summary>libxgboost, as the paper trains.</summary>
    [JsonStringEnumMemberName("xgboost")]
    XgBoost,

    /// <summary>
    /// FastSeg's own: only the features that a node draws are summed, so that training takes a fraction of the time; the trees do not
    /// depend on threads. Its bins, sums and random numbers are its own, so single trees differ from XGBoost's.
    /// </summary>
    [JsonStringEnumMemberName("fastseg")]
    FastSeg,
}
